import { CompiledQuery, sql } from 'kysely';
import { advanceSeen } from '../advance-seen.ts';
import type { Database } from '../open-database.ts';
import { deleteAttached, deleteIndexed } from './delete-attached.ts';

/**
 * Removes at most `limit` messages of a group with ids up to and including `upTo`, the oldest
 * first, inside the caller's transaction. Removed messages no longer count as unread. Returns the
 * number of removed messages.
 */
export async function expireGroup(tx: Database, group: number, upTo: number, limit: number): Promise<number> {
  // Locks the row that the recorder also locks, so that the recorder counts a new message either
  // before or after this transaction.
  await sql`select from groups where id = ${group} for no key update`.execute(tx);
  const { rows } = await sql<{ count: number; counted: number; last: number | null }>`
    select count(*)::integer as count, (count(*) filter (where sender_id <> ${group}))::integer as counted, max(id) as last from (
      select id, sender_id from messages where owner_id = ${group} and peer_id = ${group} and id <= ${upTo} order by id limit ${limit}
    ) m`.execute(tx);
  const { count = 0, counted = 0, last = null } = rows[0] ?? {};
  if (last === null) return 0;
  await seeUpTo(tx, group, last);
  await sql`delete from messages where owner_id = ${group} and peer_id = ${group} and id <= ${last}`.execute(tx);
  // Subtracts the removed messages from every `seen_count`, because every member has seen them.
  // Notices are not counted.
  await sql`
    update group_members set seen_count = seen_count - ${counted},
      mention_id = case when mention_id <= ${last} then 0 else mention_id end
    where group_id = ${group}`.execute(tx);
  await sql`
    update groups set message_count = message_count - ${counted},
      last_sender = case when last_id > ${last} then last_sender end,
      last_edited = case when last_id > ${last} then last_edited end,
      last_recalled = case when last_id > ${last} then last_recalled end,
      last_body = case when last_id > ${last} then last_body end
    where id = ${group}`.execute(tx);
  await sql`
    delete from hidden_messages h using group_members m
    where m.group_id = ${group} and h.owner_id = m.user_id and h.peer_id = ${group} and h.id <= ${last}`.execute(tx);
  await deleteAttached(tx, { owner: group, peer: group, upTo: last });
  await deleteIndexed(tx, group, last);
  return count;
}

/** Advances the seen position of all group members to a message id. */
async function seeUpTo(tx: Database, group: number, id: number): Promise<void> {
  const { rows } = await sql<{ user: number }>`
    select user_id as user from group_members where group_id = ${group} and seen_id < ${id}`.execute(tx);
  const users = rows.map((row) => row.user);
  if (users.length === 0) return;
  const all = (value: number) => users.map(() => value);
  await tx.executeQuery(CompiledQuery.raw(advanceSeen, [all(group), users, all(0), all(0), all(id)]));
}
