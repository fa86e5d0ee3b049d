import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { Database } from '@parley/database';
import { firstMessageId } from '@parley/protocol';
import { type RedisConnection, recordedUpTo } from '@parley/redis';
import { Gauge, type Log, type Registry } from '@parley/service';
import {
  claimOwner,
  countDue,
  countOff,
  dropOlderIndexes,
  listBuilt,
  lockIndex,
  readMessages,
  renewSegments,
  replaceSegments,
  type Span,
  settleOwner,
} from '../queries/index-owner.ts';
import { fullSegment } from './limits.ts';
import { planSegments } from './plan-segments.ts';
import { SegmentBuilder } from './segment.ts';

/** Timeout in ms of the query that counts due indexes for the metric. */
const COUNT_TIMEOUT_MS = 1000;

/**
 * Maintains the search indexes of users who search. Runs in the background, so that it does not
 * slow down the recording of messages. Every replica can do the work that is due. Locks in
 * PostgreSQL make sure that no two replicas do the same work.
 */
export class SearchIndexer {
  readonly #options: IndexerOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #awake = false;
  #stopping = false;

  constructor(options: IndexerOptions) {
    this.#options = options;
    const { db, metrics } = options;
    new Gauge({
      name: 'parley_search_indexes_due',
      help: 'Users and groups whose search index waits to be built or updated.',
      registers: [metrics],
      async collect() {
        // Limits the wait, because a hanging PostgreSQL would otherwise delay the scrape and make
        // the api appear down.
        const late = delay(COUNT_TIMEOUT_MS, Number.NaN, { ref: false });
        this.set(await Promise.race([countDue(db, Date.now()).catch(() => Number.NaN), late]));
      },
    });
  }

  /** Starts checking for due indexes, at every interval. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), this.#options.interval);
    this.wake();
  }

  /** Resolves when the segment in progress is done. Other replicas do the rest. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#round;
  }

  /** Updates the indexes that are due, after the work in progress. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#round = this.#round.then(() => {
      this.#awake = false;
      return this.#indexDue();
    });
  }

  async #indexDue(): Promise<void> {
    const { db, log } = this.#options;
    try {
      while (!this.#stopping) {
        const until = Date.now() + leaseMs;
        const claimed = await claimOwner(db, Date.now(), until);
        if (claimed === undefined) return;
        const { owner, horizon, searched } = claimed;
        if (!(await this.#index(owner, horizon, until))) continue;
        await dropOlderIndexes(db, owner);
        const used = searched > Date.now() - keptMs;
        await settleOwner(db, owner, until, used ? Date.now() + dayMs : null);
      }
    } catch (error) {
      log.warn({ err: error }, 'indexing messages failed: retrying');
    }
  }

  /**
   * Updates the index of one owner. First determines up to which time PostgreSQL has all messages,
   * so that no older message appears in a range after its segment was built. Returns whether the
   * update is complete.
   */
  async #index(owner: number, horizon: number, until: number): Promise<boolean> {
    const { db, redis } = this.#options;
    const built = await recordedUpTo(redis);
    const upTo = firstMessageId(built) - 1;
    const segments = await listBuilt(db, owner);
    const changed = segments.filter((segment) => segment.changed);
    await renewSegments(
      db,
      owner,
      segments.filter((segment) => !segment.changed),
      built,
    );
    const spans: Span[] = [...changed];
    const open = planSegments.open(segments);
    const offset = open.reduce((sum, segment) => sum + segment.count, 0);
    const counted = await countOff(db, owner, { first: horizon + 1, last: upTo }, fullSegment, offset);
    spans.push(...planSegments.spans(open, counted, { first: horizon + 1, last: upTo }));
    for (const span of spans) {
      if (this.#stopping || !(await this.#build(owner, span, built))) return false;
      await settleOwner(db, owner, until, Date.now() + leaseMs);
    }
    return true;
  }

  /** Builds one segment. Returns false if another process is building the owner's index. */
  async #build(owner: number, span: Span, built: number): Promise<boolean> {
    return await this.#options.db.transaction().execute(async (tx) => {
      if (!(await lockIndex(tx, owner))) return false;
      const messages = await readMessages(tx, owner, span);
      const builder = new SegmentBuilder();
      for (const [index, message] of messages.entries()) {
        builder.add(message);
        // Yields to the event loop, so that it can handle requests.
        if (index % inOneTurn === 0) await turn();
      }
      await replaceSegments(tx, owner, span, messages.length === 0 ? undefined : { ...builder.finish(), built });
      return true;
    });
  }
}

/**
 * Ms after which another indexer can claim the search index of a user if the first indexer does not
 * renew the lease.
 */
const leaseMs = 60_000;
const dayMs = 86_400_000;
/** Ms after the last search until which the index of an owner is maintained. */
const keptMs = 30 * dayMs;
const inOneTurn = 128;

interface IndexerOptions {
  db: Database;
  redis: RedisConnection;
  log: Log;
  metrics: Registry;
  /** Ms between two checks for due indexes. */
  interval: number;
}
