import type { Parley } from '../parley.ts';
import { isConnected } from './connection-view.ts';

/** Ms after which the name of a chat is requested again. */
const RETRY_MS = 1500;

/**
 * Loads chats whose change no message brings: settings that another device changed, groups that the
 * user joined or that were renamed, and chats that are known only from a message. Returns a
 * function that stops it.
 */
export function followChats(parley: Parley): () => void {
  /** Chat -> when its name was requested, in Unix ms. */
  const requested = new Map<number, number>();

  const read = async (id: number) => {
    try {
      const chat = await parley.api('PUT /chats/{id}', { id });
      if (isConnected(parley)) await parley.load(chat);
    } catch {
      // The chat was deleted, or the next change loads it.
    }
  };
  const readNames = () => {
    if (parley.status.state !== 'online' || !parley.chatsLoaded) return;
    for (const { chat, name } of parley.chats()) {
      if (name !== '' || (requested.get(chat) ?? 0) > Date.now() - RETRY_MS) continue;
      requested.set(chat, Date.now());
      void read(chat);
    }
  };
  const offs = [
    parley.on('change', readNames),
    parley.on('status', readNames),
    parley.on('event', (event) => {
      if (event.kind === 'chat' && event.change === 'updated') void read(event.chat);
      // If the client holds no message of the chat, the api has the last one.
      if (event.kind === 'hide' && !parley.chats().find(({ chat }) => chat === event.chat)?.last) void read(event.chat);
      if (event.kind !== 'group') return;
      const joined = event.change === 'created' || (event.change === 'joined' && event.user === parley.user);
      if (joined || event.change === 'updated') void read(event.group);
    }),
  ];
  readNames();
  return () => {
    for (const off of offs) off();
  };
}
