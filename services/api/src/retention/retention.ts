import { type Database, expireChat, expireGroup } from '@parley/database';
import { firstMessageId } from '@parley/protocol';
import { Counter, Gauge, type Log, type Registry } from '@parley/service';
import { deleteReleased } from '../queries/holds.ts';
import type { RetentionConfig } from './config.ts';
import {
  type ChatPlace,
  claimRun,
  continueRun,
  type Expired,
  finishRun,
  nextChats,
  nextGroups,
  type Place,
  type Run,
  readLastRun,
  releaseRun,
  withOldMessages,
} from './retention-queries.ts';

/**
 * Deletes messages that are older than the retention period, and preserved messages whose legal
 * hold has ended. Each run goes through all groups and chats, in small transactions. Only one
 * replica at a time runs; if it crashes, another replica continues the run.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #removed: Counter;
  readonly #lastRun: Gauge;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #awake = false;
  #stopped = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#removed = new Counter({
      name: 'parley_retention_removed_messages_total',
      help: 'Rows of messages removed because of the retention period.',
      registers: [metrics],
    });
    this.#lastRun = new Gauge({
      name: 'parley_retention_last_run_timestamp_seconds',
      help: 'When the last complete run of the retention ended, in Unix seconds. 0: never.',
      registers: [metrics],
    });
  }

  /** Starts checking for a due run. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), Math.min(this.#options.config.interval, CHECK_INTERVAL_MS));
    this.wake();
  }

  /**
   * Stops the run. Resolves when the chat in progress is done. Another replica continues the run.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#round;
  }

  /** Starts a run if one is due and this process is not running one. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#round = this.#runDue().finally(() => {
      this.#awake = false;
    });
  }

  async #runDue(): Promise<void> {
    const { db, log, config } = this.#options;
    try {
      let claimed = Date.now() + LEASE_MS;
      const claim = await claimRun(db, Date.now(), claimed);
      if (claim === undefined) return this.#lastRun.set((await readLastRun(db)) / 1000);
      const now = Date.now();
      let run: Run = claim;
      for (;;) {
        if (this.#stopped) return await releaseRun(db, claimed);
        const { place, removed } = await this.#removeNext(run.place, now);
        run = { place: place ?? run.place, removed: run.removed + removed };
        if (place === undefined) break;
        const until = Date.now() + LEASE_MS;
        if (!(await continueRun(db, claimed, run, until))) return;
        claimed = until;
      }
      await this.#removeReleased();
      await finishRun(db, claimed, Date.now(), Date.now() + config.interval);
      this.#lastRun.set(Date.now() / 1000);
      log.info(
        { messages: run.removed, ms: Date.now() - claim.started },
        'removed messages after the retention period',
      );
    } catch (err) {
      log.warn({ err }, 'removing old messages failed: retrying');
    }
  }

  /**
   * Deletes the old messages of the next groups or chats. Returns the number of deleted rows, and
   * where the run continues, which is undefined at the end.
   */
  async #removeNext(place: Place, now: number): Promise<Step> {
    return 'group' in place ? await this.#removeInGroups(place.group, now) : await this.#removeInChats(place.chat, now);
  }

  async #removeInGroups(after: number, now: number): Promise<Step> {
    const { db } = this.#options;
    const groups = await nextGroups(db, after, AT_ONCE);
    const expired = groups.flatMap(({ id, days }) => this.#expired(id, id, days, now));
    let removed = 0;
    for (const { owner, upTo } of await withOldMessages(db, expired)) {
      removed += await this.#removeAll((tx) => expireGroup(tx, owner, upTo, AT_ONCE));
    }
    const last = groups.at(-1)?.id;
    return { place: last === undefined ? { chat: [0, 0] } : { group: last }, removed };
  }

  async #removeInChats(after: ChatPlace, now: number): Promise<Step> {
    const { db, config } = this.#options;
    const chats = await nextChats(db, after, AT_ONCE, { all: config.period !== undefined });
    const expired = chats.flatMap(({ owner, peer, days }) => this.#expired(owner, peer, days, now));
    let removed = 0;
    for (const copy of await withOldMessages(db, expired)) {
      removed += await this.#removeAll((tx) => expireChat(tx, copy, AT_ONCE));
    }
    const last = chats.at(-1);
    return { place: last && { chat: [last.owner, last.peer] }, removed };
  }

  /**
   * Returns the messages of a copy that are older than `days`, or than the period of the
   * installation if `days` is null. Empty if its messages are kept forever.
   */
  #expired(owner: number, peer: number, days: number | null, now: number): Expired[] {
    const period = days === null ? this.#options.config.period : days * DAY_MS;
    return period ? [{ owner, peer, upTo: firstMessageId(now - period) - 1 }] : [];
  }

  /** Deletes the preserved messages that no legal hold covers any more. */
  async #removeReleased(): Promise<void> {
    let deleted: number;
    do {
      deleted = await this.#options.db.transaction().execute((tx) => deleteReleased(tx, AT_ONCE));
    } while (deleted === AT_ONCE && !this.#stopped);
  }

  /** Deletes messages in one transaction per batch, until a batch is not full. */
  async #removeAll(expire: (tx: Database) => Promise<number>): Promise<number> {
    let all = 0;
    for (;;) {
      const removed = await this.#options.db.transaction().execute(expire);
      this.#removed.inc(removed);
      all += removed;
      if (removed < AT_ONCE || this.#stopped) return all;
    }
  }
}

/** Maximum number of chats per step, and of messages per transaction. */
const AT_ONCE = 500;

const DAY_MS = 86_400_000;

/** Ms without progress after which another replica continues a run. */
const LEASE_MS = 600_000;

/** Ms between two checks for a due run. */
const CHECK_INTERVAL_MS = 60_000;

/** Number of rows that one step deleted, and where the run continues. */
interface Step {
  place: Place | undefined;
  removed: number;
}

interface RetentionOptions {
  db: Database;
  config: RetentionConfig;
  log: Log;
  metrics: Registry;
}
