import type { Parley } from '@parley/client';
import { onScopeDispose, reactive } from 'vue';
import { localStore } from '../core/local-store.ts';
import { onSignOut } from '../core/sign-out.ts';

/** Unread messages of a group that are searched for a mention, the newest. */
const MAX_SEARCHED = 200;

/** Groups with a mention of the user that is not read yet. */
const mentioned = reactive(new Set((localStore.get('mentions') ?? '').split(',').map(Number).filter(Boolean)));
onSignOut(() => {
  mentioned.clear();
  save();
});

/** Whether a group has an unread mention of the user. */
export function isMentioned(chat: number): boolean {
  return mentioned.has(chat);
}

/** Removes the mark, as when the chat is read. No-op if there is none. */
export function clearMention(chat: number): void {
  if (mentioned.delete(chat)) save();
}

/**
 * Marks groups in which the user is mentioned, while the component lives: by new messages, by those
 * that arrive after a time offline, and, on a device that starts without a history, by the unread
 * messages of each group.
 */
export function trackMentions(parley: Parley): void {
  onScopeDispose(
    parley.on('message', ({ chat, id = 0, mine, mentions }) => {
      const { read = 0 } = parley.chats().find((each) => each.chat === chat) ?? {};
      if (!mine && id > read && mentions?.includes(parley.user ?? 0)) mark(chat);
    }),
  );
  onScopeDispose(parley.on('reload', () => void searchUnread(parley)));
  onScopeDispose(
    parley.on('event', (event) => {
      if (event.kind === 'mark' && event.user === parley.user && event.read) clearIfRead(parley, event.chat);
    }),
  );
  // The list of chats is complete once there is a connection.
  let searched = false;
  const searchOnce = () => {
    if (searched || parley.status.state !== 'online') return;
    searched = true;
    void searchUnread(parley);
  };
  onScopeDispose(parley.on('status', searchOnce));
  searchOnce();
}

async function searchUnread(parley: Parley): Promise<void> {
  for (const { chat, type, unread, read } of parley.chats()) {
    if (type !== 'group' || unread === 0 || mentioned.has(chat)) continue;
    try {
      const { items } = await parley.api('GET /chats/{id}/messages', {
        id: chat,
        limit: Math.min(unread, MAX_SEARCHED),
      });
      const hit = items.some(
        ({ id, from, mentions }) => id > read && from !== parley.user && mentions?.includes(parley.user ?? 0),
      );
      if (hit) mark(chat);
    } catch {
      // Offline: the next start searches again.
    }
  }
}

function clearIfRead(parley: Parley, chat: number): void {
  if (parley.chats().find((each) => each.chat === chat)?.unread === 0) clearMention(chat);
}

function mark(chat: number): void {
  mentioned.add(chat);
  save();
}

function save(): void {
  localStore.set('mentions', mentioned.size > 0 ? [...mentioned].join() : undefined);
}
