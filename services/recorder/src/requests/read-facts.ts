import { type Database, groupFloor } from '@parley/database';
import type { MessageFacts } from '@parley/redis';
import { sql } from 'kysely';
import type { FactsRequest } from './request.ts';

/**
 * Returns who sent a message, whether it was recalled, and whether the user moderates its group.
 * `from` is null if the user's chat does not contain the message, or the message is hidden from the
 * user.
 */
export async function readFacts(db: Database, { user, chat, group, id }: MessageKey): Promise<MessageFacts> {
  const floor = group
    ? sql`
      select ${sql.raw(groupFloor)} from group_members m join groups g on g.id = m.group_id
      left join chats c on c.owner_id = m.user_id and c.peer_id = m.group_id
      where m.group_id = ${chat} and m.user_id = ${user}`
    : sql`
      select coalesce((select cleared_id from chats where owner_id = ${user} and peer_id = ${chat}), 0)`;
  const moderates = group
    ? sql`exists (
        select from group_members where group_id = ${chat} and user_id = ${user} and role in ('owner', 'admin'))`
    : sql`false`;
  const { rows } = await sql<{ from: number; recalled: boolean; moderates: boolean }>`
    select sender_id as "from", recalled is not null as recalled, ${moderates} as moderates from messages
    where owner_id = ${group ? chat : user} and peer_id = ${chat} and id = ${id} and id > (${floor})`.execute(db);
  const [found] = rows;
  if (!found) return { from: null, recalled: false };
  return { from: found.from, recalled: found.recalled, ...(found.moderates && { moderates: true }) };
}

type MessageKey = Pick<FactsRequest, 'user' | 'chat' | 'group' | 'id'>;
