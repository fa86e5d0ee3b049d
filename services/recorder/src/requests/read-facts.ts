import { type Database, groupFloor } from '@parley/database';
import type { MessageFacts } from '@parley/redis';
import { sql } from 'kysely';
import type { FactsRequest } from './request.ts';

/**
 * Returns who sent a message and whether it was recalled; `from` is null if the user's chat has no
 * such visible message.
 */
export async function readFacts(db: Database, { user, chat, group, id }: MessageKey): Promise<MessageFacts> {
  const floor = group
    ? sql`
      select ${sql.raw(groupFloor)} from group_members m join groups g on g.id = m.group_id
      left join chats c on c.owner_id = m.user_id and c.peer_id = m.group_id
      where m.group_id = ${chat} and m.user_id = ${user}`
    : sql`
      select coalesce((select cleared_id from chats where owner_id = ${user} and peer_id = ${chat}), 0)`;
  const { rows } = await sql<MessageFacts>`
    select sender_id as "from", recalled is not null as recalled from messages
    where owner_id = ${group ? chat : user} and peer_id = ${chat} and id = ${id} and id > (${floor})`.execute(db);
  return rows[0] ?? { from: null, recalled: false };
}

type MessageKey = Pick<FactsRequest, 'user' | 'chat' | 'group' | 'id'>;
