import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '@parley/database';
import { firstMessageId } from '@parley/protocol';
import { type RedisConnection, recordedUpTo } from '@parley/redis';
import type { Log } from '@parley/service';
import {
  claimOwner,
  countOff,
  listBuilt,
  lockIndex,
  readTexts,
  renewSegments,
  replaceSegments,
  type Span,
  settleOwner,
} from '../queries/index-owner.ts';
import { fullSegment } from './limits.ts';
import { planSegments } from './plan-segments.ts';
import { SegmentBuilder } from './segment.ts';

/**
 * Keeps the search index of those who search, in the background: recording a message costs nothing for it. Any replica does what is due;
 * PostgreSQL sees to it that two do not do the same.
 */
export class SearchIndexer {
  readonly #options: IndexerOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #awake = false;
  #stopping = false;

  constructor(options: IndexerOptions) {
    this.#options = options;
  }

  /** Looks for what is due from now on, every interval. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), this.#options.interval);
    this.wake();
  }

  /** Resolves when the segment under way is done; the rest is left to another replica. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#round;
  }

  /** Does what is due, after what may be under way. */
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
        const used = searched > Date.now() - keptMs;
        await settleOwner(db, owner, until, used ? Date.now() + dayMs : null);
      }
    } catch (error) {
      log.warn({ err: error }, 'could not index messages; trying again');
    }
  }

  /**
   * Brings the index of one owner up to date. First it is asked up to when all is recorded, so that nothing older can come after a
   * segment was built. Answers whether it came to the end.
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

  /** Builds one segment; false when somebody else is at it. */
  async #build(owner: number, span: Span, built: number): Promise<boolean> {
    return await this.#options.db.transaction().execute(async (tx) => {
      if (!(await lockIndex(tx, owner))) return false;
      const texts = await readTexts(tx, owner, span);
      const builder = new SegmentBuilder();
      for (const [index, text] of texts.entries()) {
        builder.add(text);
        // Others have requests to be answered.
        if (index % inOneTurn === 0) await turn();
      }
      await replaceSegments(tx, owner, span, texts.length === 0 ? undefined : { ...builder.finish(), built });
      return true;
    });
  }
}

/** How long an owner is left to whoever indexes them, without a sign of life. */
const leaseMs = 60_000;
const dayMs = 86_400_000;
/** How long after the last search an index is kept up to date. */
const keptMs = 30 * dayMs;
const inOneTurn = 128;

interface IndexerOptions {
  db: Database;
  redis: RedisConnection;
  log: Log;
  /** Ms between two looks. */
  interval: number;
}
