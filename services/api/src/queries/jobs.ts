import type { Database } from '@parley/database';
import { type ErrorCode, firstMessageId } from '@parley/protocol';
import { sql } from 'kysely';
import type { OutgoingContent } from '../sending/send.ts';

/** Maximum number of errors that a job lists. Errors beyond this are only counted. */
export const MAX_JOB_ERRORS = 100;

/** Adds a job. Undefined if the API key already has `maxJobs` unfinished jobs. */
export async function insertJob(db: Database, job: NewJob, maxJobs: number): Promise<Job | undefined> {
  return await db.transaction().execute(async (tx) => {
    // Makes concurrent calls for one API key wait for each other, so that they do not exceed the
    // limit together.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`jobs of ${job.key}`}, 0))`.execute(tx);
    const { rows } = await sql<{ id: number }>`
      insert into jobs (key, from_id, ref, content, receivers, total, done, failed, errors, due)
      select ${job.key}, ${job.from}, ${job.ref}, ${JSON.stringify(job.content)}::jsonb, ${job.receivers}::bigint[],
        ${job.receivers.length + job.failed}, ${job.failed}, ${job.failed}, ${JSON.stringify(job.errors)}::jsonb, now_ms()
      where (select count(*) from jobs where key = ${job.key} and due is not null) < ${maxJobs}
      returning id`.execute(tx);
    return rows[0] && (await getJob(tx, job.key, rows[0].id));
  });
}

/** Returns a job of an API key. Undefined if it does not exist. */
export async function getJob(db: Database, key: string, id: number): Promise<Job | undefined> {
  return await jobs(db).where('id', '=', id).where('key', '=', key).executeTakeFirst();
}

/** Lists the jobs of an API key, newest first, with ids below `before`. */
export async function listJobs(
  db: Database,
  key: string,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<Job[]> {
  return await jobs(db)
    .where('key', '=', key)
    .$if(before !== undefined, (query) => query.where('id', '<', before as number))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/**
 * Cancels a job of an API key and deletes the job's message. No-op if the job has finished. Returns
 * false if it does not exist.
 */
export async function cancelJob(db: Database, key: string, id: number): Promise<boolean> {
  const { rows } = await sql`
    update jobs set state = case when due is null then state else 'canceled' end, due = null, updated = now_ms(),
      content = '{}', receivers = '{}'
    where id = ${id} and key = ${key} returning id`.execute(db);
  return rows.length > 0;
}

/**
 * Leases the unfinished job that has been due longest to the caller, until the time `until`.
 * Undefined if no job is due. `taken` is true if the previous process did not release the job.
 */
export async function claimJob(db: Database, now: number, until: number): Promise<ClaimedJob | undefined> {
  const { rows } = await sql<ClaimedJob>`
    update jobs j set due = ${until}, leased = true, state = 'running', updated = ${now}
    from (select id, leased from jobs where due <= ${now} order by due, id for update skip locked limit 1) d
    where j.id = d.id
    returning j.id, j.from_id as from, j.ref, j.content, j.receivers[j.next + 1 : j.next + ${CLAIMED_RECEIVERS}] as receivers,
      j.created, d.leased as taken`.execute(db);
  return rows[0];
}

/**
 * Stores the progress of a claimed job and makes it due again at `due`. If no receivers are left,
 * the job becomes finished and its message is deleted. No-op if the job was canceled, or if another
 * process has claimed it (has the exclusive right to run it).
 */
export async function releaseJob(db: Database, id: number, claimed: number, progress: Progress): Promise<void> {
  const { sent, failed, errors, due } = progress;
  const handled = sent + failed;
  await sql`
    update jobs j set next = d.next, done = done + ${handled}, failed = failed + ${failed}, leased = false, updated = now_ms(),
      errors = case when jsonb_array_length(errors) < ${MAX_JOB_ERRORS} then errors || ${JSON.stringify(errors)}::jsonb else errors end,
      state = case when d.finished then 'done' else 'running' end,
      due = case when d.finished then null else ${due}::bigint end,
      content = case when d.finished then '{}' else content end,
      receivers = case when d.finished then '{}' else receivers end
    from (
      select id, next + ${handled} as next, next + ${handled} >= cardinality(receivers) as finished from jobs where id = ${id}
    ) d
    where j.id = d.id and j.due = ${claimed}`.execute(db);
}

/** Deletes jobs that finished before a given time in Unix ms. */
export async function deleteJobs(db: Database, before: number): Promise<void> {
  await sql`delete from jobs where due is null and updated < ${before}`.execute(db);
}

/**
 * Returns, for each receiver, whether PostgreSQL has the sender's message to this receiver with the
 * given idempotency key (ref).
 */
export async function findSent(
  db: Database,
  { from, receivers, refs, since }: { from: number; receivers: number[]; refs: string[]; since: number },
): Promise<boolean[]> {
  const first = firstMessageId(since);
  const { rows } = await sql<{ sent: boolean }>`
    select exists (select from messages m where m.owner_id = ${from} and m.peer_id = d.peer and m.id >= ${first} and m.ref = d.ref)
      or exists (select from messages m where m.owner_id = d.peer and m.peer_id = d.peer and m.id >= ${first}
        and m.sender_id = ${from} and m.ref = d.ref) as sent
    from unnest(${receivers}::bigint[], ${refs}::text[]) with ordinality as d (peer, ref, n) order by n`.execute(db);
  return rows.map((row) => row.sent);
}

function jobs(db: Database) {
  return db
    .selectFrom('jobs')
    .select(['id', 'total', 'done', 'failed', 'created', 'updated'])
    .select(sql<JobState>`state`.as('state'))
    .select(sql<JobError[]>`errors`.as('errors'));
}

/** Number of receivers to which a process sends before it claims the job again. */
const CLAIMED_RECEIVERS = 20;

export type JobState = 'waiting' | 'running' | 'done' | 'canceled';

/** The reason why a receiver did not get the message. */
export interface JobError {
  /** The receiver in the form that the request used, or the receiver's id. */
  to: number | string | { group: string };
  code: ErrorCode;
  message: string;
}

/** A job in the form that the owner of the API key receives. */
export interface Job {
  id: number;
  state: JobState;
  total: number;
  done: number;
  failed: number;
  errors: JobError[];
  created: number;
  updated: number;
}

interface NewJob {
  key: string;
  from: number;
  ref: string;
  content: OutgoingContent;
  receivers: number[];
  /** Number of receivers in the request that do not exist. */
  failed: number;
  errors: JobError[];
}

/** A claimed job, with the receivers to which the process sends next. */
export interface ClaimedJob {
  id: number;
  from: number;
  ref: string;
  content: OutgoingContent;
  receivers: number[];
  /** When the job was created, in Unix ms. */
  created: number;
  taken: boolean;
}

/** The result of sending to the claimed receivers. */
export interface Progress {
  sent: number;
  failed: number;
  errors: JobError[];
  /** When the job becomes due again, in Unix ms. */
  due: number;
}
