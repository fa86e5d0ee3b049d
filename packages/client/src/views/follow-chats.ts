import type { Parley } from '../parley.ts';
import { isConnected } from './connection-view.ts';

/** Minimum ms between two requests for the name of the same chat. */
const RETRY_MS = 1500;

/**
 * Loads chats that have changed without a message: their settings were changed on another device,
 * the user has joined a group, a group was renamed, or only a message of the chat is known so far.
 * Returns a function that stops this.
 */
export function followChats(parley: Parley): () => void {
  /** Chat -> Unix ms at which its name was requested. */
  const requested = new Map<number, number>();

  const read = async (id: number) => {
    // Does not load a chat that the user deletes during the request, because that would put the
    // chat back into the list.
    let isDeleted = false;
    const off = parley.on('event', (event) => {
      if (event.kind === 'chat' && event.change === 'deleted' && event.chat === id) isDeleted = true;
    });
    try {
      const chat = await parley.api('PUT /chats/{id}', { id });
      if (isConnected(parley) && !isDeleted) await parley.load(chat);
    } catch {
      // Ignores the error: the chat was deleted, or the next change loads it.
    } finally {
      off();
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
      // Reads the last message from the api if the client has no message of the chat in memory.
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
