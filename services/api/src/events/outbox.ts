import type { Database } from '@parley/database';
import type { Link } from '@parley/redis';
import type { Log } from '@parley/service';
import { addNotices, claimNotice, removeNotice } from '../queries/outbox.ts';
import { deliver } from './deliver.ts';
import type { Notice } from './notice.ts';

/**
 * Sees to it that whatever was changed in PostgreSQL is told to Redis, by way of a table: a notice is written with the change, and
 * removed once told. Whoever wrote it tells it first; what they could not tell, or did not live to, any replica tells later.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #awake = false;
  #stopped = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Looks for what is left from now on, every interval. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), this.#options.interval);
    this.wake();
  }

  /** Resolves when what is under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
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
  async tell(id: number, notice: Notice): Promise<void> {
    if (notice.purge) this.#round = this.#round.then(() => this.#tell(id, notice));
    else await this.#tell(id, notice);
  }

  /** Tells what is due, after the round that may be under way. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#round = this.#round.then(() => {
      this.#awake = false;
      return this.#tellDue();
    });
  }

  async #tell(id: number, notice: Notice): Promise<void> {
    const { db, link, log } = this.#options;
    try {
      await deliver(db, link, notice);
      await removeNotice(db, id);
    } catch (error) {
      log.warn({ err: error, notice: id }, 'Redis could not be told of a change; trying again later');
    }
  }

  async #tellDue(): Promise<void> {
    const { db, link, log } = this.#options;
    try {
      for (;;) {
        const claimed = this.#stopped ? undefined : await claimNotice(db, Date.now(), Date.now() + leaseMs);
        if (claimed === undefined) return;
        await deliver(db, link, claimed.notice);
        await removeNotice(db, claimed.id);
      }
    } catch (error) {
      log.warn({ err: error }, 'Redis could not be told of a change; trying again later');
    }
  }
}

/** How long a notice is left to whoever has it in hand. */
const leaseMs = 10_000;

interface OutboxOptions {
  db: Database;
  link: Link;
  log: Log;
  /** Ms between two looks. */
  interval: number;
}
