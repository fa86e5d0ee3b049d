import type { Database } from '@parley/database';
import type { RedisConnection } from '@parley/redis';
import type { Log } from '@parley/service';
import { deliver } from './deliver.ts';
import type { Notice } from './notice.ts';
import { addNotices, claimNotice, postponeNotice, removeNotice } from './outbox-queries.ts';

/**
 * Delivers every change in PostgreSQL to Redis through a table. The writer adds a notice in the
 * same transaction, delivers it after the commit and then deletes it. If the writer fails or
 * crashes, any replica retries.
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

  /** Starts to retry undelivered notices, every interval. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), this.#options.interval);
    this.wake();
  }

  /**
   * Resolves when the work in flight is done. Other replicas delete the remaining rows of cleared
   * chats.
   */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearInterval(this.#timer);
    await this.#round;
  }

  /** Writes notices in a transaction. Returns their ids. */
  async add(tx: Database, notices: Notice[]): Promise<number[]> {
    return notices.length === 0 ? [] : await addNotices(tx, notices, Date.now() + leaseMs);
  }

  /**
   * Delivers a committed notice and deletes it. The deletion of messages is left to the background.
   * Never rejects, because failures are retried.
   */
  async deliver(id: number, notice: Notice): Promise<void> {
    if (notice.purge || notice.erase) this.#round = this.#round.then(() => this.#deliver(id, notice)).then(() => {});
    else await this.#deliver(id, notice);
  }

  /** Delivers due notices, after the delivery in flight. */
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

  /** Delivers one notice. Returns false on failure, which the next round retries. */
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
      // If this fails too, the lease expires. The retry is due after all notices that are due now,
      // so a notice that always fails does not delay others.
      await postponeNotice(db, id, Date.now() + interval).catch(() => {});
      return false;
    }
  }

  /**
   * Writes the notices of groups. If Redis does not accept them, they wait in a notice of their
   * own, so that the events are not delivered again.
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

/** Ms for which a notice is leased to the process that delivers it. */
const leaseMs = 10_000;

interface OutboxOptions {
  db: Database;
  redis: RedisConnection;
  log: Log;
  /** Ms between two searches for notices that were not delivered. */
  interval: number;
  /** Queues a notice for webhooks. A repeated notice has the same id. */
  note(id: number, notice: Notice): Promise<void>;
  /** Writes the notices of a notice into their groups. */
  writeGroupNotices(notice: Notice): Promise<void>;
}
