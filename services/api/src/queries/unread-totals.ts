import type { Database } from '@parley/database';
import { sql } from 'kysely';
import { keptUnread } from './hidden-messages.ts';

/**
 * Counts the unread messages of each user in all chats that are not muted, in the same way as the
 * chat list. Omits users without unread messages.
 */
export async function unreadTotals(db: Database, users: readonly number[]): Promise<Map<number, number>> {
  const owner = sql<number>`o.id`;
  const direct = {
    group: false,
    owner,
    peer: sql<number>`c.peer_id`,
    above: sql<number>`greatest(c.read_id, c.cleared_id)`,
  };
  const group = { group: true, owner, peer: sql<number>`m.group_id`, above: sql<number>`m.seen_id` };
  const { rows } = await sql<{ user: number; unread: number }>`
    select o.id as user, (select coalesce(sum(unread), 0) from (
      select ${keptUnread(sql`c.unread`, direct)} as unread from chats c
        where c.owner_id = o.id and not c.is_group and not c.muted and c.unread > 0
      union all
      select ${keptUnread(sql`g.message_count - m.seen_count`, group)} from group_members m
        join groups g on g.id = m.group_id
        left join chats c on c.owner_id = m.user_id and c.peer_id = m.group_id
        where m.user_id = o.id and not coalesce(c.muted, false)
    ) u)::bigint as unread
    from unnest(${users}::bigint[]) as o (id)`.execute(db);
  return new Map(rows.filter(({ unread }) => unread > 0).map(({ user, unread }) => [user, unread]));
}
