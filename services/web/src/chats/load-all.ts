import type { Parley } from '@parley/client';
import type { Chat } from '@parley/protocol';
import { onScopeDispose } from 'vue';
import { markJoined, markLeft } from './left-groups.ts';

/** Chats that are read at most: who has more finds the others by search. */
const MOST = 2000;

/** Ms after which is asked again for a chat's name. */
const AGAIN = 1500;

/** Brings the chats to hand that the SDK does not read by itself, which are those beyond the newest. */
export async function loadAllChats(parley: Parley): Promise<void> {
  const before = parley.chats();
  const listed = new Set<number>();
  let after: string | null = null;
  try {
    do {
      const page: { items: Chat[]; next: string | null } = await parley.api('GET /chats', {
        limit: 200,
        ...(after && { after }),
      });
      await parley.load(...page.items);
      for (const { chat } of page.items) listed.add(chat);
      after = page.next;
    } while (after && listed.size < MOST);
  } catch {
    // Without a connection there are those that were kept.
    return;
  }
  if (after) return;
  for (const { chat, type } of before) if (type === 'group' && !listed.has(chat)) markLeft(chat);
}

/** Follows what happens to chats besides their messages, while the component lives. */
export function followChats(parley: Parley): void {
  onScopeDispose(
    parley.on('event', (event) => {
      if (event.kind === 'chat' && event.change === 'updated') void read(parley, event.chat);
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

const asked = new Map<number, number>();

/** Asks the api for the names of chats of which no more than a message is known, as of those that a stranger began. */
export function nameChats(parley: Parley, chats: readonly Chat[]): void {
  for (const { chat, name } of chats) {
    if (name !== '' || (asked.get(chat) ?? 0) > Date.now() - AGAIN) continue;
    asked.set(chat, Date.now());
    void read(parley, chat);
  }
}

async function read(parley: Parley, chat: number): Promise<void> {
  try {
    await parley.load(await parley.api('PUT /chats/{id}', { id: chat }));
  } catch {
    // Gone meanwhile, or read again with the next change.
  }
}
