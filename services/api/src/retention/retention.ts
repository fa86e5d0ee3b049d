import { type Database, expireChat, expireGroup } from '@parley/database';
import { firstMessageId } from '@parley/protocol';
import { Counter, Gauge, type Log, type Registry } from '@parley/service';
import type { RetentionConfig } from './config.ts';
import {
  type ChatPlace,
  claimRun,
  continueRun,
  finishRun,
  nextChats,
  nextGroups,
  type Place,
  type Run,
  readLastRun,
  releaseRun,
} from './retention-queries.ts';

/**
 * Removes messages that are older than the retention period, in runs over all groups and chats. One
 * replica at a time runs, in small transactions. If it ends, another one continues the run.
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

  /** Starts to check for a due run. No-op if messages are kept forever. */
  start(): void {
    const { period, interval } = this.#options.config;
    if (period === undefined) return;
    this.#timer = setInterval(() => this.wake(), Math.min(interval, CHECK_INTERVAL_MS));
    this.wake();
  }

  /** Resolves when the chat in progress is done. Another replica continues the run. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#round;
  }

  /** Runs if a run is due and none is in progress. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#round = this.#runDue().finally(() => {
      this.#awake = false;
    });
  }

  async #runDue(): Promise<void> {
    const { db, log, config } = this.#options;
    if (config.period === undefined) return;
    try {
      let claimed = Date.now() + LEASE_MS;
      const claim = await claimRun(db, Date.now(), claimed);
      if (claim === undefined) return this.#lastRun.set((await readLastRun(db)) / 1000);
      const upTo = firstMessageId(Date.now() - config.period) - 1;
      let run: Run = claim;
      for (;;) {
        if (this.#stopped) return await releaseRun(db, claimed);
        const { place, removed } = await this.#removeNext(run.place, upTo);
        run = { place: place ?? run.place, removed: run.removed + removed };
        if (place === undefined) break;
        const until = Date.now() + LEASE_MS;
        if (!(await continueRun(db, claimed, run, until))) return;
        claimed = until;
      }
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
   * Removes the old messages of the next groups or chats. Returns the place after them, which is
   * undefined at the end, and the number of removed rows.
   */
  async #removeNext(place: Place, upTo: number): Promise<{ place: Place | undefined; removed: number }> {
    const { db } = this.#options;
    let removed = 0;
    if ('group' in place) {
      const groups = await nextGroups(db, place.group, upTo, AT_ONCE);
      for (const { key, old } of groups)
        if (old) removed += await this.#removeAll((tx) => expireGroup(tx, key, upTo, AT_ONCE));
      const last = groups.at(-1)?.key;
      return { place: last === undefined ? { chat: [0, 0] } : { group: last }, removed };
    }
    const chats = await nextChats(db, place.chat, upTo, AT_ONCE);
    for (const { key, old } of chats)
      if (old) removed += await this.#removeAll((tx) => expireChat(tx, copyOf(key, upTo), AT_ONCE));
    const last = chats.at(-1)?.key;
    return { place: last && { chat: last }, removed };
  }

  /** Removes messages in one transaction per batch, until a batch is not full. */
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

function copyOf([owner, peer]: ChatPlace, upTo: number) {
  return { owner, peer, upTo };
}

/** Maximum chats per step, and messages per transaction. */
const AT_ONCE = 500;

/** Ms after which another replica continues a run that made no progress. */
const LEASE_MS = 600_000;

/** Ms between two checks whether a run is due. */
const CHECK_INTERVAL_MS = 60_000;

interface RetentionOptions {
  db: Database;
  config: RetentionConfig;
  log: Log;
  metrics: Registry;
}
