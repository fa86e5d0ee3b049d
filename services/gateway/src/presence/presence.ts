import { setTimeout as sleep } from 'node:timers/promises';
import { type Connected, GATEWAY_GONE_AFTER } from '@parley/redis';

/** Ms until a failed write to Redis is repeated. */
const RETRY_DELAY_MS = 500;

/**
 * Number of heartbeats at which the watch list is refreshed after a gateway has joined or left.
 * Another gateway notices that up to one heartbeat later, and might publish wrong presence changes
 * until then.
 */
const REFRESHES = 3;

/** Ms for which `stop` waits for Redis. */
const STOP_TIMEOUT_MS = 1000;

/** Writes to Redis that this gateway is alive, and how many connections each of its users has. */
export class Presence {
  readonly #store: PresenceStore;
  readonly #options: PresenceOptions;
  /** Timers of users who count as connected for a while after their last connection closed. */
  readonly #lingering = new Map<number, NodeJS.Timeout>();
  /** Users whose connection count might be missing or outdated in Redis. */
  readonly #pending = new Set<number>();
  #refreshPending = false;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;
  #refreshesLeft = 0;
  #lastHeartbeat = Number.POSITIVE_INFINITY;
  #live = new Set<string>();

  constructor(store: PresenceStore, options: PresenceOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Ids of the gateways that were alive at the last heartbeat. */
  get live(): ReadonlySet<string> {
    return this.#live;
  }

  /**
   * Writes the user's connection count, which already includes the new connection. Rejects if Redis
   * is unavailable.
   */
  connect(user: number, session: string): Promise<Connected> {
    return this.#store.connect(this.#countOf(user), session);
  }

  /**
   * Writes the user's connection count after a connection closed. Retries while Redis is
   * unavailable. For another `linger` ms the user still counts as connected.
   */
  async disconnect(user: number, linger: number): Promise<void> {
    if (linger > 0) {
      clearTimeout(this.#lingering.get(user));
      this.#lingering.set(user, setTimeout(() => this.#endLinger(user), linger).unref());
    }
    await this.#write(user);
    this.#scheduleRetry();
  }

  /**
   * Writes the heartbeat of this gateway and reads which gateways are alive. Rejects if Redis is
   * unavailable.
   */
  async heartbeat(): Promise<void> {
    const { gateway, users } = this.#options;
    const live = new Set(await this.#store.heartbeat());
    const others = [...live].filter((id) => id !== gateway);
    const same = live.size === this.#live.size && others.every((id) => this.#live.has(id));
    this.#live = live;
    const silence = performance.now() - this.#lastHeartbeat;
    this.#lastHeartbeat = performance.now();
    // After so long a silence, other gateways have removed the counts of this gateway, so it writes
    // them again.
    if (silence >= GATEWAY_GONE_AFTER) await this.missed(users());
    else {
      if (!same) this.#refreshesLeft = REFRESHES;
      if (this.#refreshesLeft > 0) {
        this.#refreshesLeft -= 1;
        await this.missed([]);
      }
    }
    await this.#store.forgetSilentGateways();
  }

  /**
   * Writes the counts of these users again and refreshes the watch list, because Redis might have
   * lost them or the gateway might have missed changes.
   */
  async missed(users: Iterable<number>): Promise<void> {
    for (const user of users) this.#pending.add(user);
    this.#refreshPending = true;
    await this.#writePending();
  }

  /**
   * Removes this gateway from the live gateways in Redis. Resolves after `STOP_TIMEOUT_MS` at the
   * latest.
   */
  async stop(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#stopped = true;
    for (const timer of this.#lingering.values()) clearTimeout(timer);
    this.#lingering.clear();
    const retiring = this.#store.retire().catch(() => {});
    await Promise.race([retiring, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  }

  #endLinger(user: number): void {
    this.#lingering.delete(user);
    this.disconnect(user, 0);
  }

  /**
   * Returns the user and a function that reads the connection count when the command is sent, so
   * that the last write contains the current count.
   */
  #countOf(user: number): UserCount {
    return { user, count: () => this.#options.count(user) || Number(this.#lingering.has(user)) };
  }

  async #writePending(): Promise<void> {
    const users = [...this.#pending];
    this.#pending.clear();
    await Promise.all(users.map((user) => this.#write(user)));
    if (this.#refreshPending) {
      this.#refreshPending = false;
      await this.#options.refresh().catch(() => {
        this.#refreshPending = true;
      });
    }
    this.#scheduleRetry();
  }

  #scheduleRetry(): void {
    if ((this.#pending.size === 0 && !this.#refreshPending) || this.#retry || this.#stopped) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#writePending();
    }, RETRY_DELAY_MS);
  }

  async #write(user: number): Promise<void> {
    const count = this.#countOf(user);
    try {
      if (count.count() > 0) {
        await this.#store.connect(count);
        this.#options.restored(user);
      } else await this.#store.disconnect(count);
    } catch {
      this.#pending.add(user);
    }
  }
}

export interface PresenceOptions {
  /** Id of this gateway. */
  gateway: string;
  /** Returns the number of the user's connections at this gateway. */
  count(user: number): number;
  /** Returns the users with connections at this gateway. */
  users(): Iterable<number>;
  /** Called when the count of a connected user was written again. */
  restored(user: number): void;
  /** Reads the presence of all watched users again and sends the changes. */
  refresh(): Promise<void>;
}

/** The presence data in Redis that one gateway writes. */
export interface PresenceStore {
  /**
   * Writes a connection count greater than 0. With `session`, also adds a new connection of that
   * session, which Redis might refuse.
   */
  connect(count: UserCount, session?: string): Promise<Connected>;
  /** Writes a connection count, which can be 0. */
  disconnect(count: UserCount): Promise<void>;
  /** Writes the heartbeat of this gateway and returns the ids of the live gateways. */
  heartbeat(): Promise<string[]>;
  /** Removes the connection counts of gateways that are no longer alive. */
  forgetSilentGateways(): Promise<void>;
  /** Removes this gateway from the live gateways. */
  retire(): Promise<void>;
}

export interface UserCount {
  user: number;
  /** Returns the user's connection count at this gateway at the moment of the call. */
  count(): number;
}
