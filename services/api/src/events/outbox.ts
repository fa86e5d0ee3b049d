import type { Database } from '@parley/database';
import type { RedisConnection } from '@parley/redis';
import type { Log } from '@parley/service';
import { deliver } from './deliver.ts';
import type { Notice } from './notice.ts';
import { addNotices, claimNotice, postponeNotice, removeNotice } from './outbox-queries.ts';

/**
 * Delivers each change that PostgreSQL has committed to Redis, through an outbox table. The process
 * that makes a change stores a notice of it in the same transaction, delivers the notice after the
 * commit and then deletes it. If the process fails or crashes, any replica retries.
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

  /** Starts checking for undelivered notices, at every interval. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), this.#options.interval);
    this.wake();
  }

  /**
   * Resolves when the deliveries in flight are done. Stops deleting the rows of cleared chats;
   * other replicas delete the rest.
   */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearInterval(this.#timer);
    await this.#round;
  }

  /** Stores notices in a transaction. Returns their ids. */
  async add(tx: Database, notices: Notice[]): Promise<number[]> {
    return notices.length === 0 ? [] : await addNotices(tx, notices, Date.now() + leaseMs);
  }

  /**
   * Delivers a committed notice and deletes it. If the notice requires deleting messages, the
   * delivery continues in the background. Never rejects, because failures are retried.
   */
  async deliver(id: number, notice: Notice): Promise<void> {
    if (notice.purge || notice.erase) this.#round = this.#round.then(() => this.#deliver(id, notice)).then(() => {});
    else await this.#deliver(id, notice);
  }

  /** Starts delivering due notices, after the delivery in flight. */
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
      log.warn({ err: error }, 'claiming due notices failed');
    }
  }

  /** Delivers one notice. On failure, postpones it to a later round and returns false. */
  async #deliver(id: number, notice: Notice): Promise<boolean> {
    const { db, redis, log, interval, note } = this.#options;
    try {
      await note(id, notice);
      await deliver(db, redis, notice, this.#stopped.signal);
      if (notice.groupNotices) await this.#writeGroupNotices(notice);
      await removeNotice(db, id);
      return true;
    } catch (error) {
      log.warn({ err: error, notice: id }, 'delivering a notice failed: retrying later');
      // Postpones the notice, so that it is due after all notices that are due now. A notice that
      // always fails therefore does not delay others. If this update fails too, the lease of the
      // notice expires.
      await postponeNotice(db, id, Date.now() + interval).catch(() => {});
      return false;
    }
  }

  /**
   * Writes notices into their groups. If that fails, stores the group notices as a separate outbox
   * notice, so that the retry does not deliver the events again.
   */
  async #writeGroupNotices({ groupNotices = [], date = Date.now(), ...others }: Notice): Promise<void> {
    const { db, interval, writeGroupNotices } = this.#options;
    try {
      await writeGroupNotices({ groupNotices, date });
    } catch (error) {
      if (Object.keys(others).length === 0) throw error;
      await addNotices(db, [{ groupNotices, date }], Date.now() + interval);
    }
  }
}

/** Ms for which a process leases a notice that it delivers. */
const leaseMs = 10_000;

interface OutboxOptions {
  db: Database;
  redis: RedisConnection;
  log: Log;
  /** Ms between two checks of the outbox table for undelivered notices. */
  interval: number;
  /** Queues a notice for the webhooks. When delivery is repeated, `id` is the same. */
  note(id: number, notice: Notice): Promise<void>;
  /** Writes the `groupNotices` of a notice into their groups. */
  writeGroupNotices(notice: Notice): Promise<void>;
}
