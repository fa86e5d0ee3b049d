import type { Database } from '@parley/database';
import { sql } from 'kysely';
import { chatFloor } from './chat-floor.ts';
import type { ChatKey } from './chat-key.ts';
import { isKept } from './hidden-messages.ts';
import type { MessageRow } from './message-row.ts';

/** Lists the pinned messages that an owner sees in a chat, starting with the newest pin. */
export async function readPins(
  db: Database,
  { owner, peer, group }: ChatKey,
  before: PinPlace | undefined,
  limit: number,
): Promise<PinnedRow[]> {
  const place = before === undefined ? sql`true` : sql`(p.date, p.id) < (${before[0]}, ${before[1]})`;
  const { rows } = await sql<PinnedRow>`
    select m.id, m.sender_id as sender, m.body, m.ref, m.reply_to as "replyTo", m.mentions, m.custom, m.edited,
      m.recalled, m.reactions, jsonb_build_object('user', p.user_id, 'date', p.date) as pinned
    from pins p join messages m on m.owner_id = p.owner_id and m.peer_id = p.peer_id and m.id = p.id
    where p.owner_id = ${group ? peer : owner} and p.peer_id = ${peer} and p.active and ${place}
      and m.recalled is null and m.id > (${chatFloor({ owner, peer, group })})
      and ${isKept(sql`${owner}`, sql`${peer}`, sql`m.id`)}
    order by p.date desc, p.id desc
    limit ${limit}`.execute(db);
  return rows;
}

/** A page cursor of pinned messages: date of the pin, and id of the message. */
export type PinPlace = [date: number, id: number];

type PinnedRow = MessageRow & { pinned: { user: number; date: number } };
