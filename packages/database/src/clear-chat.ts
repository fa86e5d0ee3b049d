import { CompiledQuery, sql } from 'kysely';
import { advanceSeen } from './advance-seen.ts';
import type { Database } from './open-database.ts';

/**
 * Clears an owner's copy of a chat up to and including the message `upTo`, and hides the chat from
 * the chat list, inside the caller's transaction. A cleared message that the recorder writes later
 * is neither listed nor counted. A message with a greater id makes the chat visible again. The
 * peer's copy keeps its messages, unread number and read marks. A background task deletes the rows
 * of cleared messages later.
 *
 * @param upTo the current message id by Redis' clock, so that accepted messages are cleared even if
 * they are not in PostgreSQL yet
 */
export async function clearChat(tx: Database, owner: number, peer: number, upTo: number): Promise<void> {
  const group = await lockGroup(tx, peer, upTo);
  if (group) await tx.executeQuery(CompiledQuery.raw(advanceSeen, [[peer], [owner], [0], [0], [upTo]]));
  // Locks in one statement and counts in the next one, because only a later statement sees the
  // transactions that the lock waited for.
  await sql`
    insert into chats (owner_id, peer_id, is_group) values (${owner}, ${peer}, ${group})
    on conflict (owner_id, peer_id) do update set updated = chats.updated`.execute(tx);
  await sql`delete from hidden_messages where owner_id = ${owner} and peer_id = ${peer} and id <= ${upTo}`.execute(tx);
  await sql`delete from pins where owner_id = ${owner} and peer_id = ${peer} and id <= ${upTo}`.execute(tx);
  await sql`
    update chats c set
      cleared_id = f.id,
      unread = (
        select count(*) from messages m
        where m.owner_id = ${owner} and m.peer_id = ${peer} and m.sender_id <> ${owner} and not c.is_group
          and m.id > greatest(f.id, c.read_id)),
      hidden = c.last_id <= f.id,
      last_sender = case when c.last_id > f.id then c.last_sender end,
      last_edited = case when c.last_id > f.id then c.last_edited end,
      last_recalled = case when c.last_id > f.id then c.last_recalled end,
      last_body = case when c.last_id > f.id then c.last_body end
    from (
      select greatest(cleared_id, ${upTo}) as id from chats where owner_id = ${owner} and peer_id = ${peer}
    ) f
    where c.owner_id = ${owner} and c.peer_id = ${peer}`.execute(tx);
}

async function lockGroup(tx: Database, id: number, upTo: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update groups set horizon_id = greatest(horizon_id, ${upTo}) where id = ${id}`.execute(tx);
  return numAffectedRows === 1n;
}
