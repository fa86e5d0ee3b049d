import type { Parley } from '@parley/client';
import type { Chat } from '@parley/protocol';
import { onScopeDispose, ref } from 'vue';
import { draftsOf } from '../chat/composer/drafts.ts';
import { openChat } from '../core/open-chat.ts';
import { markJoined, markLeft } from './left-groups.ts';

/** Maximum number of loaded chats. A search can find the others. */
const MAX_CHATS = 2000;

/** Ms after which the name of a chat is requested again. */
const RETRY_MS = 1500;

/** True once the list of chats was loaded, or loading it has failed. */
export const chatsLoaded = ref(false);

/** Loads the chats that the SDK does not load: all except the newest. */
export async function loadAllChats(parley: Parley): Promise<void> {
  const before = parley.chats();
  const listed = new Set<number>();
  let after: string | null = null;
  try {
    do {
      const began = performance.now();
      const page: { items: Chat[]; next: string | null } = await parley.api('GET /chats', {
        limit: 200,
        ...(after && { after }),
      });
      await parley.load(...page.items);
      draftsOf(parley.user ?? 0).apply(page.items, began);
      for (const { chat } of page.items) listed.add(chat);
      after = page.next;
    } while (after && listed.size < MAX_CHATS);
  } catch {
    // Without a connection, the stored chats are shown.
    return;
  } finally {
    chatsLoaded.value = true;
  }
  if (after) return;
  for (const { chat, type } of before) if (type === 'group' && !listed.has(chat)) markLeft(chat);
}

/** Updates chats after changes that are not messages, while the component is mounted. */
export function followChats(parley: Parley): void {
  onScopeDispose(parley.on('reload', () => void loadAllChats(parley)));
  onScopeDispose(
    parley.on('event', (event) => {
      if (event.kind === 'chat' && event.change === 'updated') void read(parley, event.chat);
      // The api has the last message if the SDK holds none.
      if (event.kind === 'hide' && !parley.chats().find(({ chat }) => chat === event.chat)?.last)
        void read(parley, event.chat);
      if (event.kind !== 'group') return;
      const { change, group, user } = event;
      const own = user === parley.user;
      if (change === 'dissolved' || ((change === 'left' || change === 'removed') && own)) markLeft(group);
      else if (change === 'created' || (change === 'joined' && own)) {
        markJoined(group);
        void read(parley, group);
      } else if (change === 'updated') void read(parley, group);
    }),
  );
}

const requested = new Map<number, number>();

/**
 * Loads the names of chats that are known only from a message, such as a first message from a
 * stranger.
 */
export function loadNames(parley: Parley, chats: readonly Chat[]): void {
  for (const { chat, name } of chats) {
    if (name !== '' || (requested.get(chat) ?? 0) > Date.now() - RETRY_MS) continue;
    requested.set(chat, Date.now());
    void read(parley, chat);
  }
}

async function read(parley: Parley, chat: number): Promise<void> {
  try {
    await openChat(parley, chat);
  } catch {
    // The chat was deleted, or the next change loads its name.
  }
}
