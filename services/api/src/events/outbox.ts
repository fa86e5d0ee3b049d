import type { Database } from '@parley/database';
import type { RedisConnection } from '@parley/redis';
import type { Log } from '@parley/service';
import { deliver } from './deliver.ts';
import type { Notice } from './notice.ts';
import { addNotices, claimNotice, postponeNotice, removeNotice } from './outbox-queries.ts';

/**
 * Sees to it that whatever was changed in PostgreSQL is told to Redis, by way of a table: a notice is written with the change, and
 * removed once told. Whoever wrote it tells it first; what they could not tell, or did not live to, any replica tells later.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #awake = false;
  readonly #stopped = new AbortController();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Looks for what is left from now on, every interval. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), this.#options.interval);
    this.wake();
  }

  /** Resolves when what is under way is done; rows not yet deleted are left to another replica. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearInterval(this.#timer);
    await this.#round;
  }

  /** Writes notices in a transaction; answers their ids. */
  async add(tx: Database, notices: Notice[]): Promise<number[]> {
    return notices.length === 0 ? [] : await addNotices(tx, notices, Date.now() + leaseMs);
  }

  /**
   * Tells a notice just committed, and removes it; one with rows to delete in the background. Never rejects: what fails is tried
   * again later.
   */
  async deliver(id: number, notice: Notice): Promise<void> {
    if (notice.purge || notice.erase) this.#round = this.#round.then(() => this.#deliver(id, notice)).then(() => {});
    else await this.#deliver(id, notice);
  }

  /** Tells what is due, after the round that may be under way. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#round = this.#round.then(() => {
      this.#awake = false;
      return this.#deliverDue();
    });
  }

  async #deliverDue(): Promise<void> {
    const { db, log } = this.#options;
    try {
      for (;;) {
        const claimed = this.#stopped.signal.aborted
          ? undefined
          : await claimNotice(db, Date.now(), Date.now() + leaseMs);
        if (claimed === undefined || !(await this.#deliver(claimed.id, claimed.notice))) return;
      }
    } catch (error) {
      log.warn({ err: error }, 'could not look for what Redis has yet to be told');
    }
  }

  /** Tells one notice; false when that failed, and the next round is to try again. */
  async #deliver(id: number, notice: Notice): Promise<boolean> {
    const { db, redis, log, interval, note } = this.#options;
    try {
      await note(id, notice);
      await deliver(db, redis, notice, this.#stopped.signal);
      await removeNotice(db, id);
      return true;
    } catch (error) {
      log.warn({ err: error, notice: id }, 'Redis could not be told of a change; trying again');
      // Where this fails too, the lease runs out. Later than all that is due, so that one that always fails holds up no other.
      await postponeNotice(db, id, Date.now() + interval).catch(() => {});
      return false;
    }
  }
}

/** How long a notice is left to whoever has it in hand. */
const leaseMs = 10_000;

interface OutboxOptions {
  db: Database;
  redis: RedisConnection;
  log: Log;
  /** Ms between two looks. */
  interval: number;
  /** Notes a notice for webhooks; told again, it has the same id. */
  note(id: number, notice: Notice): Promise<void>;
}
