import type { Parley } from '@parley/client';
import type { Chat } from '@parley/protocol';
import { onScopeDispose, ref } from 'vue';
import { draftsOf } from '../chat/composer/drafts.ts';
import { markJoined, markLeft } from './left-groups.ts';

/** Maximum number of chats that the list loads. The search finds the other chats. */
const MAX_CHATS = 2000;

/** True once the list of chats was loaded, or loading it has failed. */
export const chatsLoaded = ref(false);

/** Loads all chats page by page, because the SDK itself loads only the newest ones. */
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
    // Without a connection, the list shows the chats that the SDK has stored.
    return;
  } finally {
    chatsLoaded.value = true;
  }
  if (after) return;
  for (const { chat, type } of before) if (type === 'group' && !listed.has(chat)) markLeft(chat);
}

/**
 * While the component is mounted, loads all chats again after events were lost, and notes which
 * groups the user has joined and left.
 */
export function followChats(parley: Parley): void {
  onScopeDispose(parley.on('reload', () => void loadAllChats(parley)));
  onScopeDispose(
    parley.on('event', (event) => {
      if (event.kind !== 'group') return;
      const { change, group, user } = event;
      const own = user === parley.user;
      if (change === 'dissolved' || ((change === 'left' || change === 'removed') && own)) markLeft(group);
      else if (change === 'created' || (change === 'joined' && own)) markJoined(group);
    }),
  );
}
