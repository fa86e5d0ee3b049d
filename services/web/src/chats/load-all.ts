import type { Parley } from '@parley/client';
import type { Chat } from '@parley/protocol';

/** Chats that are read at most: who has more finds the others by search. */
const MOST = 2000;

/** Brings the chats to hand that the SDK does not read by itself, which are those beyond the newest. */
export async function loadAllChats(parley: Parley): Promise<void> {
  let after: string | null = null;
  let count = 0;
  try {
    do {
      const page: { items: Chat[]; next: string | null } = await parley.api('GET /chats', {
        limit: 200,
        ...(after && { after }),
      });
      await parley.load(...page.items);
      count += page.items.length;
      after = page.next;
    } while (after && count < MOST);
  } catch {
    // Without a connection there are those that were kept.
  }
}
