import type { Database } from '@parley/database';
import { sql } from 'kysely';

/**
 * Leases the current run to the caller until the time `until`. Starts a new run if none is in
 * progress. Undefined if no run is due, or if another process holds the lease.
 */
export async function claimRun(db: Database, now: number, until: number): Promise<ClaimedRun | undefined> {
  const { rows } = await sql<ClaimedRun>`
    update retention_runs set due = ${until},
      started = case when place is null then ${now} else started end,
      removed = case when place is null then 0 else removed end,
      place = coalesce(place, ${JSON.stringify(START)}::jsonb)
    where due <= ${now}
    returning place, started, removed`.execute(db);
  return rows[0];
}

/**
 * Stores the progress of a claimed run (one that only this process executes) and extends the lease.
 * Returns false if another process has claimed the run.
 */
export async function continueRun(
  db: Database,
  claimed: number,
  { place, removed }: Run,
  until: number,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update retention_runs set due = ${until}, place = ${JSON.stringify(place)}::jsonb, removed = ${removed}
    where due = ${claimed}`.execute(db);
  return numAffectedRows === 1n;
}

/** Ends a claimed run and schedules the next one at the time `due`. */
export async function finishRun(db: Database, claimed: number, now: number, due: number): Promise<void> {
  await sql`
    update retention_runs set due = ${due}, finished = ${now}, place = null where due = ${claimed}`.execute(db);
}

/** Releases a claimed run, so that another process can continue it at once. */
export async function releaseRun(db: Database, claimed: number): Promise<void> {
  await sql`update retention_runs set due = 0 where due = ${claimed}`.execute(db);
}

/** Returns when the last complete run ended, in Unix ms. 0: no run has completed. */
export async function readLastRun(db: Database): Promise<number> {
  const { rows } = await sql<{ finished: number }>`select finished from retention_runs`.execute(db);
  return rows[0]?.finished ?? 0;
}

/** Lists the groups with ids above `after`, ordered by id, with their retention periods in days. */
export async function nextGroups(db: Database, after: number, limit: number): Promise<GroupPeriod[]> {
  const { rows } = await sql<GroupPeriod>`
    select id, retention_days as days from groups
    where id > ${after} and dissolved is null order by id limit ${limit}`.execute(db);
  return rows;
}

/** Returns those of the given groups that have a message with an id up to the group's `upTo`. */
export async function withOldMessages(db: Database, groups: readonly ExpiredGroup[]): Promise<ExpiredGroup[]> {
  const { rows } = await sql<ExpiredGroup>`
    select g.id, g.up_to as "upTo"
    from unnest(${groups.map(({ id }) => id)}::bigint[], ${groups.map(({ upTo }) => upTo)}::bigint[]) as g (id, up_to)
    where exists (select from messages m where m.owner_id = g.id and m.peer_id = g.id and m.id <= g.up_to)`.execute(db);
  return rows;
}

/**
 * Lists the chats between users that follow the chat `after`, ordered by owner and peer. `old` is
 * true for a chat that has a message with an id up to `upTo`.
 */
export async function nextChats(db: Database, after: ChatPlace, upTo: number, limit: number): Promise<FoundChat[]> {
  const { rows } = await sql<{ owner: number; peer: number; old: boolean }>`
    select c.owner_id as owner, c.peer_id as peer, exists (
      select from messages m where m.owner_id = c.owner_id and m.peer_id = c.peer_id and m.id <= ${upTo}) as old
    from (
      select owner_id, peer_id from chats
      where (owner_id, peer_id) > (${after[0]}, ${after[1]}) and not is_group
      order by owner_id, peer_id limit ${limit}) c
    order by c.owner_id, c.peer_id`.execute(db);
  return rows.map(({ owner, peer, old }) => ({ key: [owner, peer], old }));
}

const START: Place = { group: 0 };

/**
 * Where a run continues: after a group or, when all groups are done, after a chat between two
 * users.
 */
export type Place = { group: number } | { chat: ChatPlace };

/** Identifies a chat between two users by the owner of the copy and the peer. */
export type ChatPlace = [owner: number, peer: number];

/** The progress of a run. */
export interface Run {
  place: Place;
  /** Number of messages that the run has deleted so far. */
  removed: number;
}

/** A claimed run. `started` is when it began, in Unix ms. */
interface ClaimedRun extends Run {
  started: number;
}

/** A group, and the greatest message id in it to delete. */
export interface ExpiredGroup {
  id: number;
  upTo: number;
}

/**
 * A group, and the number of days after which its messages are deleted. Null: the period of the
 * installation applies.
 */
interface GroupPeriod {
  id: number;
  days: number | null;
}

/** A chat, and whether it has messages to delete. */
interface FoundChat {
  key: ChatPlace;
  old: boolean;
}
