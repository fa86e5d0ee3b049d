import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '@parley/protocol';
import { takeTokens } from '@parley/redis';
import type { Log } from '@parley/service';
import { isUnavailable } from '../http/is-unavailable.ts';
import { Refusal } from '../http/refusal.ts';
import {
  type ClaimedJob,
  claimJob,
  deleteJobs,
  findSent,
  type JobError,
  type Progress,
  releaseJob,
} from '../queries/jobs.ts';
import { send } from '../sending/send.ts';
import type { SendDeps } from '../sending/send-deps.ts';

/**
 * Sends the messages of jobs in the background. A replica claims a few receivers of a due job,
 * sends to them within the rate limit, and releases the job. If the process crashes, its lease
 * expires and another replica sends to the same receivers again. Each message has an idempotency
 * key, so that no receiver gets it twice.
 */
export class JobRunner {
  readonly #deps: JobDeps;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #awake = false;
  #cleaned = 0;
  readonly #stopped = new AbortController();

  constructor(deps: JobDeps) {
    this.#deps = deps;
  }

  /** Starts checking for due jobs, at every interval. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), this.#deps.config.jobs.interval);
    this.wake();
  }

  /**
   * Stops the runner. Resolves when the message in flight was sent. Other replicas continue the
   * jobs.
   */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearInterval(this.#timer);
    await this.#round;
  }

  /** Starts running the due jobs, after the jobs in progress. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#round = this.#round.then(() => {
      this.#awake = false;
      return this.#runDue();
    });
  }

  async #runDue(): Promise<void> {
    const { db, log, config } = this.#deps;
    try {
      if (Date.now() - this.#cleaned > CLEAN_INTERVAL_MS) {
        this.#cleaned = Date.now();
        await deleteJobs(db, Date.now() - config.jobs.ttl);
      }
      while (!this.#stopped.signal.aborted) {
        const until = Date.now() + config.jobs.lease;
        const job = await claimJob(db, Date.now(), until);
        if (job === undefined) return;
        await releaseJob(db, job.id, until, await this.#sendAll(job, until));
      }
    } catch (err) {
      log.warn({ err }, 'running jobs failed: retrying');
    }
  }

  /**
   * Sends to the claimed receivers until all of them are handled, the process stops, or the lease
   * is about to expire.
   */
  async #sendAll({ from, ref, content, receivers, taken, created }: ClaimedJob, until: number): Promise<Progress> {
    const { db, config } = this.#deps;
    const refs = receivers.map((to) => refOf(ref, to));
    // Looks up the idempotency keys in PostgreSQL too, because Redis keeps only those of the last
    // minutes.
    const sentBefore =
      taken && config.history === 'mirror' ? await findSent(db, { from, receivers, refs, since: created }) : [];
    const progress: Progress = { sent: 0, failed: 0, errors: [], due: Date.now() };
    for (const [index, to] of receivers.entries()) {
      if (!sentBefore[index]) {
        if (!(await this.#mayGoOn(until))) break;
        const outcome = await this.#sendOne({ from, to, ref: refs[index] as string, ...content });
        if (outcome === 'later') {
          progress.due = Date.now() + RETRY_DELAY_MS;
          break;
        }
        if (outcome !== 'sent') {
          progress.failed += 1;
          progress.errors.push(outcome);
          continue;
        }
      }
      progress.sent += 1;
    }
    return progress;
  }

  /**
   * Waits for a token of the rate limit. Returns false if the process stops or the lease is about
   * to expire.
   */
  async #mayGoOn(until: number): Promise<boolean> {
    const { redis, config } = this.#deps;
    const { signal } = this.#stopped;
    const burst = Math.max(1, Math.ceil(config.jobs.rate / 10));
    for (;;) {
      if (signal.aborted || Date.now() > until - config.jobs.lease / 2) return false;
      const { granted, after } = await takeTokens(redis, 'jobs', 'all', { perSecond: config.jobs.rate, burst });
      if (granted > 0) return true;
      await sleep(Math.max(1, after), undefined, { signal }).catch(() => {});
    }
  }

  async #sendOne(message: Parameters<typeof send>[1]): Promise<'sent' | 'later' | JobError> {
    const { log } = this.#deps;
    try {
      await send(this.#deps, message);
      return 'sent';
    } catch (error) {
      const { to } = message;
      const isTemporary = error instanceof Refusal ? temporary.has(error.code) : isUnavailable(error);
      if (isTemporary) return 'later';
      if (error instanceof Refusal) return { to, code: error.code, message: error.detail };
      log.error({ err: error, to }, 'message of a job failed');
      return { to, code: 'internal', message: 'The message could not be sent.' };
    }
  }
}

const temporary = new Set(['unavailable', 'too-many', 'draining']);

/**
 * Returns the idempotency key (ref) of the message to one receiver. It stays the same if the job or
 * its request is repeated.
 */
function refOf(ref: string, to: number): string {
  const text = `${ref}.${to}`;
  return text.length <= limits.ref ? text : createHash('sha256').update(text).digest('base64url');
}

/** Ms to wait before a job continues after Redis, PostgreSQL or a hook was unavailable. */
const RETRY_DELAY_MS = 5000;
/** Ms between two deletions of finished jobs. */
const CLEAN_INTERVAL_MS = 60_000;

type JobDeps = SendDeps & { log: Log };
