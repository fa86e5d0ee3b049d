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

const asked = new Map<number, number>();

/** Ms after which is asked again for a chat's name. */
const AGAIN = 5000;

/** Asks the api for the names of chats of which no more than a message is known, as of those that a stranger began. */
export function nameChats(parley: Parley, chats: readonly Chat[]): void {
  for (const { chat, name } of chats) {
    if (name !== '' || (asked.get(chat) ?? 0) > Date.now() - AGAIN) continue;
    asked.set(chat, Date.now());
    parley.api('PUT /chats/{id}', { id: chat }).then(
      (box) => parley.load(box),
      () => {},
    );
  }
}
