import type { ClientFrame } from '@parley/protocol';
import { addGauge, type Registry } from '@parley/service';

/** Ms between two checks of the stores. */
const INTERVAL_MS = 1000;

/**
 * Ms for which a starting gateway waits until another process has compared Redis with PostgreSQL.
 */
const START_TIMEOUT_MS = 5000;

/** Ms after which the client of a rejected frame can retry. */
const RETRY_AFTER_MS = 5000;

/** Fraction of the backlog limit below which the gateway accepts frames again. */
const RESUME_SHARE = 0.9;

/**
 * Types of frames that add an entry to the streams from which the recorder writes to PostgreSQL.
 */
const RECORDED: ReadonlySet<ClientFrame['type']> = new Set(['send', 'edit', 'recall', 'react', 'pin', 'hide', 'mark']);

function isRecorded(frame: ClientFrame): boolean {
  return RECORDED.has(frame.type) || (frame.type === 'stream' && frame.op === 'start');
}

/**
 * Rejects frames that Redis and PostgreSQL cannot store:
 *
 * - all frames, while one of the two was restored without the other (see `StoresMonitor`);
 * - messages and changes, while the entries that are not in PostgreSQL yet exceed `maxBacklog`
 *   bytes of Redis' memory;
 * - custom data and streamed messages, while a recorder of the previous release runs, which does
 *   not support them.
 */
export class StoreGuard {
  readonly #deps: StoreGuardDeps;
  readonly #maxBacklog: number;
  #timer: NodeJS.Timeout | undefined;
  #check: Promise<void> = Promise.resolve();
  #reason: string | undefined;
  #backlog = 0;
  #full = false;
  #refsLost = false;
  #oldRecorder = false;
  #stopped = false;

  /** @param maxBacklog maximum bytes of Redis' memory for entries that are not in PostgreSQL yet */
  constructor(deps: StoreGuardDeps, maxBacklog: number, metrics: Registry) {
    this.#deps = deps;
    this.#maxBacklog = maxBacklog;
    const mismatchHelp = '1 while Redis and PostgreSQL do not belong together and the process serves no requests.';
    const backlogHelp = 'Memory of Redis that unrecorded entries occupy.';
    const limitHelp = 'Memory of unrecorded entries above which messages are rejected.';
    addGauge(metrics, 'parley_stores_mismatch', mismatchHelp, () => (this.serving ? 0 : 1));
    addGauge(metrics, 'parley_record_backlog_bytes', backlogHelp, () => this.#backlog);
    addGauge(metrics, 'parley_record_backlog_limit_bytes', limitHelp, () => maxBacklog);
  }

  /** Whether the gateway accepts connections: false while Redis and PostgreSQL do not match. */
  get serving(): boolean {
    return this.#reason === undefined;
  }

  /** Reasons why the gateway is not ready, as sentences for operators. */
  get reasons(): string[] {
    return this.#reason === undefined ? [] : [this.#reason];
  }

  /** Whether Redis lost the refs (idempotency keys) of messages that PostgreSQL might hold. */
  get refsLost(): boolean {
    return this.#refsLost || this.#deps.lostAllRefs();
  }

  /**
   * Bytes of Redis' memory that are used by entries that the recorder has not written to PostgreSQL
   * yet.
   */
  get backlog(): number {
    return this.#backlog;
  }

  /**
   * Returns why a frame is rejected now, and when the client can retry. Undefined if the frame is
   * accepted.
   */
  refuse(frame: ClientFrame): StoreRefusal | undefined {
    if (this.#reason !== undefined)
      return {
        reason: 'stores',
        detail: 'The service is being restored from a backup. Try again later.',
        retryAfter: RETRY_AFTER_MS,
      };
    if (this.#full && isRecorded(frame))
      return {
        reason: 'backlog',
        detail: 'Messages cannot be stored now. Try again later.',
        retryAfter: RETRY_AFTER_MS,
      };
    const opensStream = frame.type === 'stream' && frame.op === 'start';
    if (opensStream || ('custom' in frame && frame.custom !== undefined)) return this.refuseNew();
    return undefined;
  }

  /**
   * Returns why data is rejected that a recorder of the previous release does not store. Undefined
   * if no such recorder runs.
   */
  refuseNew(): StoreRefusal | undefined {
    if (!this.#oldRecorder) return undefined;
    return { reason: 'update', detail: 'The service is being updated. Try again later.', retryAfter: RETRY_AFTER_MS };
  }

  /**
   * Resolves after the first check. If Redis was restored, waits up to 5 s for another process to
   * compare Redis with PostgreSQL.
   */
  async start(): Promise<void> {
    const end = performance.now() + START_TIMEOUT_MS;
    while ((await this.#deps.mustCompare()) && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS / 4));
    await this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#check;
  }

  async #run(): Promise<void> {
    this.#check = this.#checkOnce().catch(() => {});
    await this.#check;
    if (!this.#stopped) this.#timer = setTimeout(() => this.#run(), INTERVAL_MS).unref();
  }

  async #checkOnce(): Promise<void> {
    const { readStatus, readBacklog, hasOldRecorder, lostRefs } = this.#deps;
    const reads = [readStatus(), readBacklog(), hasOldRecorder(), lostRefs()] as const;
    const [status, backlog, old, lost] = await Promise.all(reads);
    this.#oldRecorder = old;
    this.#refsLost = lost;
    this.#backlog = backlog;
    this.#full = backlog >= this.#maxBacklog * (this.#full ? RESUME_SHARE : 1);
    // If no process has compared the stores lately, the result of the last comparison stays valid.
    if (status?.ok) this.#reason = undefined;
    else if (status) {
      if (this.#reason === undefined) this.#deps.mismatch(status.reason);
      this.#reason = status.reason;
    }
  }
}

/** Why a frame is rejected. `retryAfter` in ms. */
export interface StoreRefusal {
  reason: 'stores' | 'backlog' | 'update';
  detail: string;
  retryAfter: number;
}

export interface StoreGuardDeps {
  /**
   * Returns the result of the last comparison of Redis with PostgreSQL. Undefined if no process has
   * compared them lately.
   */
  readStatus(): Promise<{ ok: true } | { ok: false; reason: string } | undefined>;
  /**
   * Returns whether Redis lost refs (idempotency keys of messages) in the last day. The process
   * that compares the stores writes this to Redis.
   */
  lostRefs(): Promise<boolean>;
  /**
   * Returns whether this process noticed that Redis has lost all refs (idempotency keys of
   * messages).
   */
  lostAllRefs(): boolean;
  /**
   * Returns true if Redis and PostgreSQL were in use before, but no process has compared them
   * lately.
   */
  mustCompare(): Promise<boolean>;
  /**
   * Returns the bytes of Redis' memory that are used by entries that the recorder has not written
   * to PostgreSQL yet.
   */
  readBacklog(): Promise<number>;
  /** Returns whether a recorder of the previous release runs. */
  hasOldRecorder(): Promise<boolean>;
  /** Called when Redis and PostgreSQL no longer match. The gateway must then reject all clients. */
  mismatch(reason: string): void;
}
