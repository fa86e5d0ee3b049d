import { sql } from 'kysely';
import type { Database } from './open-database.ts';

/**
 * Adds users to a group, inside the caller's transaction. Leaves existing members unchanged. New
 * members have no unread messages: every message accepted up to `now` counts as seen, even if the
 * recorder writes it later. Returns the ids of the added users. Does not check `max_members`. The
 * caller must also call `bumpPermits` for the group.
 *
 * @param now the group's current message id by Redis' clock. 0 for a group without messages
 */
export async function addMembers(tx: Database, group: number, members: NewMember[], now: number): Promise<number[]> {
  await sql`update groups set horizon_id = greatest(horizon_id, ${now}) where id = ${group}`.execute(tx);
  const { rows } = await sql<{ user_id: number }>`
    insert into group_members (group_id, user_id, role, joined_id, seen_id, seen_count)
    select g.id, d.user_id, d.role, greatest(g.last_id, ${now}), greatest(g.last_id, ${now}), g.message_count
    from groups g, unnest(${members.map((member) => member.user)}::bigint[], ${members.map((member) => member.role)}::text[])
      as d (user_id, role)
    where g.id = ${group}
    on conflict (group_id, user_id) do nothing
    returning user_id`.execute(tx);
  return rows.map((row) => row.user_id);
}

export interface NewMember {
  user: number;
  role: 'owner' | 'admin' | 'member';
}
