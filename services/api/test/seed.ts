import type { Database } from '@parley/database';
import { firstMessageId } from '@parley/protocol';

/**
 * Writes both copies of messages between two users to PostgreSQL, as the recorder does. Returns
 * their ids in ascending order.
 */
export async function seedMessages(db: Database, messages: readonly Seed[]): Promise<number[]> {
  const ids: number[] = [];
  for (const { from, to, text, ref = null, ...rest } of messages) {
    const id = Math.max(firstMessageId(Date.now()), last + 1);
    last = id;
    ids.push(id);
    const body = JSON.stringify({ type: 'text', text });
    for (const [owner, peer] of [
      [from, to],
      [to, from],
    ] as const) {
      const mine = owner === from;
      const unread = mine ? 0 : 1;
      await db
        .insertInto('messages')
        .values({
          owner_id: owner,
          peer_id: peer,
          id,
          sender_id: from,
          body,
          ref: mine ? ref : null,
          reply_to: null,
          edited: null,
          recalled: null,
          mentions: null,
          reactions: null,
          ...rest,
        })
        .execute();
      await db
        .insertInto('chats')
        .values({
          owner_id: owner,
          peer_id: peer,
          last_id: id,
          last_sender: from,
          last_body: body,
          unread,
          updated: last,
        })
        .onConflict((conflict) =>
          conflict.columns(['owner_id', 'peer_id']).doUpdateSet((eb) => ({
            last_id: id,
            last_sender: from,
            last_body: body,
            unread: eb('chats.unread', '+', unread),
            updated: last,
            hidden: false,
          })),
        )
        .execute();
    }
  }
  return ids;
}

let last = 0;

interface Seed {
  from: number;
  to: number;
  text: string;
  ref?: string;
  reply_to?: number;
  edited?: number;
  mentions?: number[];
  custom?: string;
  reactions?: string;
}
