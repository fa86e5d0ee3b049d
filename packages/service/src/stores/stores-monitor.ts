import { Counter, type Registry } from 'prom-client';
import type { Log } from '../log.ts';
import { addGauge } from '../metrics.ts';
import { compareStores, type DatabaseProgress, type Progress } from './compare-stores.ts';

/** Ms between two comparisons of the stores. */
const INTERVAL_MS = 2000;

/**
 * Ms between two increments of the progress mark. The monitor does not detect that a store was set
 * back by less than two increments. The epochs of inboxes handle this case.
 */
const ADVANCE_INTERVAL_MS = 5000;

/**
 * Checks at start and then every 2 s that Redis and PostgreSQL belong together, and increments the
 * progress mark that both stores contain. The service must serve no requests while
 * {@link StoresMonitor.matched} is false. While a store is unavailable, the last result stays
 * valid.
 */
export class StoresMonitor {
  readonly #deps: StoresMonitorDeps;
  readonly #losses: Counter;
  #timer: NodeJS.Timeout | undefined;
  #check: Promise<void> = Promise.resolve();
  #reason: string | undefined;
  #compared = false;
  #stopped = false;

  constructor(deps: StoresMonitorDeps, metrics: Registry) {
    this.#deps = deps;
    this.#losses = new Counter({
      name: 'parley_redis_data_losses_total',
      help: 'How often this process found a Redis server without the data of this installation.',
      registers: [metrics],
    });
    const help = '1 while Redis and PostgreSQL do not belong together and the process serves no requests.';
    addGauge(metrics, 'parley_stores_mismatch', help, () => (this.#reason === undefined ? 0 : 1));
  }

  /** True if the stores were compared and belong together. */
  get matched(): boolean {
    return this.#compared && this.#reason === undefined;
  }

  /**
   * Reason why the process serves no requests, as a sentence. Undefined if the stores belong
   * together.
   */
  get reason(): string | undefined {
    return this.#reason === undefined ? undefined : `${this.#reason}. Run "reconcile" (deploy/guides/back-up.md)`;
  }

  /**
   * Compares Redis and PostgreSQL now, and then regularly in the background. Resolves after the
   * first comparison, even if that failed.
   */
  async start(): Promise<void> {
    await this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#check;
  }

  async #run(): Promise<void> {
    this.#check = this.#compare().catch((error) => this.#deps.log.debug({ err: error }, 'comparing the stores failed'));
    await this.#check;
    if (!this.#stopped) this.#timer = setTimeout(() => this.#run(), INTERVAL_MS);
  }

  async #compare(): Promise<void> {
    const { database, redis } = this.#deps;
    // Reads Redis first, because the mark of the database advances first.
    const marks = await redis.readMarks();
    const progress = await database.read();
    const found = compareStores(progress, marks);
    this.#report(found.state === 'mismatch' ? found.reason : undefined);
    await redis.writeStatus(found.state === 'mismatch' ? { ok: false, reason: found.reason } : { ok: true });
    if (found.state === 'empty') await this.#adopt(progress);
    else if (found.state === 'behind') await redis.writeMarks(progress);
    else if (found.state === 'equal') {
      const advanced = await database.advance(progress.mark, ADVANCE_INTERVAL_MS);
      if (advanced) await redis.writeMarks(advanced);
    }
  }

  /**
   * Writes the progress mark and the ended sessions to a Redis server that is new or has lost its
   * data. Gateways request other copies when they need them. From now on, refs of recorded messages
   * are looked up in PostgreSQL.
   */
  async #adopt(progress: DatabaseProgress): Promise<void> {
    const { database, redis, log } = this.#deps;
    // At the first start of an installation, Redis has no data yet.
    if (progress.mark > 0) {
      this.#losses.inc();
      log.warn(
        {
          lost: 'messages that PostgreSQL did not have yet, inboxes, and copies that are written again',
          action:
            'find out who emptied or replaced Redis, and whether it has appendonly yes; devices reload by themselves',
        },
        'Redis lost its data',
      );
    }
    for (const { user, session, until } of await database.readEndedSessions())
      await redis.revokeSession(user, session, until);
    if (progress.mark > 0) await redis.noteRefLoss();
    await redis.writeMarks(progress);
  }

  #report(reason: string | undefined): void {
    const { log } = this.#deps;
    if (reason !== this.#reason) {
      if (reason !== undefined)
        log.fatal({ reason }, 'stores mismatch: the process serves no requests until "reconcile" has run');
      else log.warn('stores match again');
    }
    this.#reason = reason;
    this.#compared = true;
  }
}

export interface StoresMonitorDeps {
  database: {
    read(): Promise<DatabaseProgress>;
    /**
     * Increments the mark in PostgreSQL, unless another process has incremented it already, or the
     * last increment is less than `interval` ms old.
     */
    advance(from: number, interval: number): Promise<DatabaseProgress | undefined>;
    /**
     * Returns the ended sessions that might still have a valid access token. `until` is when the
     * last token expires, in Unix ms.
     */
    readEndedSessions(): Promise<{ user: number; session: string; until: number }[]>;
  };
  redis: {
    /** Returns the progress mark of each Redis server. */
    readMarks(): Promise<(Progress | undefined)[]>;
    writeMarks(progress: Progress): Promise<unknown>;
    /**
     * Stores whether Redis and PostgreSQL belong together, for processes that do not connect to
     * PostgreSQL.
     */
    writeStatus(status: { ok: true } | { ok: false; reason: string }): Promise<unknown>;
    /** Stores in Redis that it has lost refs that PostgreSQL might have. */
    noteRefLoss(): Promise<unknown>;
    revokeSession(user: number, session: string, until: number): Promise<unknown>;
  };
  log: Pick<Log, 'fatal' | 'warn' | 'debug'>;
}
