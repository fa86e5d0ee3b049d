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

/**
 * Returns the progress of the retention run, of the deletion of accounts, and an estimate of the
 * number of preserved messages.
 */
export async function readRemovals(db: Database): Promise<Removals> {
  const { rows } = await sql<Removals>`
    select json_build_object(
        'started', case when place is not null then started end,
        'removed', removed,
        'finished', nullif(finished, 0),
        'next', case when place is null then due end) as retention,
      (select json_build_object('waiting', count(distinct e.user), 'oldest', min(e.at))
        from (
          select (notice -> 'erase' ->> 'user')::bigint as user, (notice -> 'erase' ->> 'at')::bigint as at
          from outbox where notice ? 'erase') e) as erasures,
      (select greatest(reltuples, 0)::bigint from pg_class
        where oid = 'preserved_messages'::regclass) as "preservedMessages"
    from retention_runs`.execute(db);
  return rows[0] as Removals;
}

/** Lists the groups with ids above `after`, ordered by id, with their retention periods in days. */
export async function nextGroups(db: Database, after: number, limit: number): Promise<GroupPeriod[]> {
  const { rows } = await sql<GroupPeriod>`
    select id, retention_days as days from groups
    where id > ${after} and dissolved is null order by id limit ${limit}`.execute(db);
  return rows;
}

/** Returns those of the given copies that have a message with an id up to the copy's `upTo`. */
export async function withOldMessages(db: Database, copies: readonly Expired[]): Promise<Expired[]> {
  const column = (name: keyof Expired) => copies.map((copy) => copy[name]);
  const { rows } = await sql<Expired>`
    select c.owner, c.peer, c.up_to as "upTo"
    from unnest(${column('owner')}::bigint[], ${column('peer')}::bigint[], ${column('upTo')}::bigint[])
      as c (owner, peer, up_to)
    where exists (select from messages m where m.owner_id = c.owner and m.peer_id = c.peer and m.id <= c.up_to)
    order by c.owner, c.peer`.execute(db);
  return rows;
}

/**
 * Lists the chats between users that follow the chat `after`, ordered by owner and peer, with their
 * retention periods in days.
 *
 * @param all false: only chats with a period of their own
 */
export async function nextChats(
  db: Database,
  after: ChatPlace,
  limit: number,
  { all }: { all: boolean },
): Promise<ChatPeriod[]> {
  const following = sql`(c.owner_id, c.peer_id) > (${after[0]}, ${after[1]})`;
  const { rows } = all
    ? await sql<ChatPeriod>`
        select c.owner_id as owner, c.peer_id as peer, r.days
        from (
          select owner_id, peer_id from chats c where ${following} and not is_group
          order by owner_id, peer_id limit ${limit}) c
        left join chat_retentions r
          on r.low_id = least(c.owner_id, c.peer_id) and r.high_id = greatest(c.owner_id, c.peer_id)
        order by c.owner_id, c.peer_id`.execute(db)
    : await sql<ChatPeriod>`
        select c.owner_id as owner, c.peer_id as peer, r.days
        from chat_retentions r
        cross join lateral (values (r.low_id, r.high_id), (r.high_id, r.low_id)) as c (owner_id, peer_id)
        where ${following}
        order by c.owner_id, c.peer_id limit ${limit}`.execute(db);
  return rows;
}

/**
 * Returns the retention period of the chat of two users, in days. Null if it has none of its own.
 */
export async function readChatRetention(db: Database, user: number, peer: number): Promise<number | null> {
  const { rows } = await sql<{ days: number }>`
    select days from chat_retentions
    where low_id = least(${user}::bigint, ${peer}) and high_id = greatest(${user}::bigint, ${peer})`.execute(db);
  return rows[0]?.days ?? null;
}

/** Sets the retention period of the chat of two users, in days. Null: that of the installation. */
export async function writeChatRetention(db: Database, user: number, peer: number, days: number | null): Promise<void> {
  const [low, high] = [Math.min(user, peer), Math.max(user, peer)];
  if (days === null) await sql`delete from chat_retentions where low_id = ${low} and high_id = ${high}`.execute(db);
  else
    await sql`
      insert into chat_retentions (low_id, high_id, days) values (${low}, ${high}, ${days})
      on conflict (low_id, high_id) do update set days = excluded.days`.execute(db);
}

interface Removals {
  retention: { started: number | null; removed: number; finished: number | null; next: number | null };
  erasures: { waiting: number; oldest: number | null };
  preservedMessages: number;
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

/** A copy of a chat, and the greatest message id in it to delete. Of a group: owner and peer. */
export interface Expired {
  owner: number;
  peer: number;
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

/**
 * A copy of a chat between two users, and the number of days after which its messages are deleted.
 * Null: the period of the installation applies.
 */
interface ChatPeriod {
  owner: number;
  peer: number;
  days: number | null;
}
