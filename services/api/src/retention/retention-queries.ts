import type { Database } from '@parley/database';
import { sql } from 'kysely';

/**
 * Claims the run until `until`, and starts a new one if none is in progress. Undefined if it is not
 * due, or if another process has claimed it.
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
 * Stores the progress of a claimed run and extends its lease. Returns false if another process has
 * claimed it since.
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

/** Ends a claimed run. The next one starts at `due`. */
export async function finishRun(db: Database, claimed: number, now: number, due: number): Promise<void> {
  await sql`
    update retention_runs set due = ${due}, finished = ${now}, place = null where due = ${claimed}`.execute(db);
}

/** Releases a claimed run, so that another process continues it at once. */
export async function releaseRun(db: Database, claimed: number): Promise<void> {
  await sql`update retention_runs set due = 0 where due = ${claimed}`.execute(db);
}

/** Returns when the last complete run ended, in Unix ms. 0: never. */
export async function readLastRun(db: Database): Promise<number> {
  const { rows } = await sql<{ finished: number }>`select finished from retention_runs`.execute(db);
  return rows[0]?.finished ?? 0;
}

/** Returns the next groups in the order of their ids, with their retention periods in days. */
export async function nextGroups(db: Database, after: number, limit: number): Promise<GroupPeriod[]> {
  const { rows } = await sql<GroupPeriod>`
    select id, retention_days as days from groups
    where id > ${after} and dissolved is null order by id limit ${limit}`.execute(db);
  return rows;
}

/** Returns those groups of a list that have a message up to their `upTo`. */
export async function withOldMessages(db: Database, groups: readonly ExpiredGroup[]): Promise<ExpiredGroup[]> {
  const { rows } = await sql<ExpiredGroup>`
    select g.id, g.up_to as "upTo"
    from unnest(${groups.map(({ id }) => id)}::bigint[], ${groups.map(({ upTo }) => upTo)}::bigint[]) as g (id, up_to)
    where exists (select from messages m where m.owner_id = g.id and m.peer_id = g.id and m.id <= g.up_to)`.execute(db);
  return rows;
}

/**
 * Returns the next chats of two users in the order of owner and peer, and which of them have a
 * message up to `upTo`.
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
 * Where a run continues: after a group, or, when all groups are done, after a chat of two users.
 */
export type Place = { group: number } | { chat: ChatPlace };

/** The owner and peer of a chat. */
export type ChatPlace = [owner: number, peer: number];

/** The progress of a run. */
export interface Run {
  place: Place;
  /** Number of removed messages. */
  removed: number;
}

/** A run, with the time in Unix ms when it began. */
interface ClaimedRun extends Run {
  started: number;
}

/** A group whose messages up to `upTo` are to be removed. */
export interface ExpiredGroup {
  id: number;
  upTo: number;
}

/**
 * A group, and the days after which its messages are removed. Null: as set for the installation.
 */
interface GroupPeriod {
  id: number;
  days: number | null;
}

/** A chat, and whether it has messages to remove. */
interface FoundChat {
  key: ChatPlace;
  old: boolean;
}
