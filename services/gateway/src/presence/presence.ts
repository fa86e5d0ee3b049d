import { setTimeout } from 'node:timers/promises';
import {
  type Connected,
  connect,
  disconnect,
  forgetGateways,
  GATEWAY_GONE_AFTER,
  heartbeat,
  type RedisConnection,
  retireGateway,
} from '@parley/redis';

/** Ms until Redis is told again what it could not be told. */
const RETRY = 500;

/**
 * Beats for which those watched are looked at when the gateways are not those of before: another gateway, which learns of it a
 * beat later, may until then take a user's first connection for one more, or the last for one of several.
 */
const LOOKS = 3;

/** Ms that Redis gets to hear that this gateway stops. */
const STOP_PATIENCE = 1000;

/** Counts this gateway's connections for all to see. */
export class Presence {
  readonly #link: RedisConnection;
  readonly #gateway: string;
  readonly #most: number;
  readonly #count: (user: number) => number;
  readonly #users: () => Iterable<number>;
  readonly #changed: PresenceOptions['changed'];
  readonly #lookAgain: PresenceOptions['lookAgain'];
  /** Users who count as connected although they are not now, and when that ends. */
  readonly #lingering = new Map<number, NodeJS.Timeout>();
  /** Users whose count Redis may not have, and whether those watched have to be looked at again. */
  readonly #due = new Set<number>();
  #lookDue = false;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;
  /** Beats at which those watched are still to be looked at. */
  #looks = 0;
  #lastBeat = Number.POSITIVE_INFINITY;
  /** The gateways that live. */
  live = new Set<string>();

  constructor(link: RedisConnection, { gateway, most, count, users, changed, lookAgain }: PresenceOptions) {
    this.#link = link;
    this.#gateway = gateway;
    this.#most = most;
    this.#count = (user) => count(user) || Number(this.#lingering.has(user));
    this.#users = users;
    this.#changed = changed;
    this.#lookAgain = lookAgain;
  }

  /** Counts a new connection, which is among the user's already. */
  connect(user: number, session?: string): Promise<Connected> {
    return connect(this.#link, {
      user,
      gateway: this.#gateway,
      count: () => this.#count(user),
      most: this.#most,
      live: this.live,
      first: () => this.#changed(user, true),
      ...(session === undefined ? {} : { session }),
    });
  }

  /**
   * Counts what is left of a user's connections; when Redis is away, as soon as it is back. For `linger` ms the user counts as
   * connected, however many others close meanwhile.
   */
  async disconnect(user: number, linger: number): Promise<void> {
    if (linger > 0) {
      clearTimeout(this.#lingering.get(user));
      this.#lingering.set(user, globalThis.setTimeout(() => this.#lingered(user), linger).unref());
    }
    await this.#repeat(user);
    this.#retryLater();
  }

  #lingered(user: number): void {
    this.#lingering.delete(user);
    this.disconnect(user, 0);
  }

  /** Says that this gateway lives; when the others are not those of before, has told who is offline or online by that. */
  async beat(): Promise<void> {
    const live = new Set(await heartbeat(this.#link, this.#gateway));
    const others = [...live].filter((gateway) => gateway !== this.#gateway);
    const same = live.size === this.live.size && others.every((gateway) => this.live.has(gateway));
    this.live = live;
    const silence = performance.now() - this.#lastBeat;
    this.#lastBeat = performance.now();
    // The others took it for dead, and may have dropped its counts.
    if (silence >= GATEWAY_GONE_AFTER) await this.missed(this.#users());
    else {
      if (!same) this.#looks = LOOKS;
      if (this.#looks > 0) {
        this.#looks -= 1;
        await this.missed([]);
      }
    }
    await forgetGateways(this.#link, (user) => this.#changed(user, false));
  }

  /** Repeats the counts of these users, and what is to be said of those watched, until Redis was told. */
  async missed(users: Iterable<number>): Promise<void> {
    for (const user of users) this.#due.add(user);
    this.#lookDue = true;
    await this.#tellAgain();
  }

  /** Takes this gateway off the list of those that live, if Redis answers soon. */
  async stop(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#stopped = true;
    for (const timer of this.#lingering.values()) clearTimeout(timer);
    this.#lingering.clear();
    const retiring = retireGateway(this.#link, this.#gateway).catch(() => {});
    await Promise.race([retiring, setTimeout(STOP_PATIENCE, undefined, { ref: false })]);
  }

  async #tellAgain(): Promise<void> {
    const due = [...this.#due];
    this.#due.clear();
    await Promise.all(due.map((user) => this.#repeat(user)));
    if (this.#lookDue) {
      this.#lookDue = false;
      await this.#lookAgain().catch(() => {
        this.#lookDue = true;
      });
    }
    this.#retryLater();
  }

  #retryLater(): void {
    if ((this.#due.size === 0 && !this.#lookDue) || this.#retry || this.#stopped) return;
    this.#retry = globalThis.setTimeout(() => {
      this.#retry = undefined;
      this.#tellAgain();
    }, RETRY);
  }

  async #repeat(user: number): Promise<void> {
    try {
      if (this.#count(user) > 0) await this.connect(user);
      else {
        const count = () => this.#count(user);
        const last = await disconnect(this.#link, { user, gateway: this.#gateway, count, live: this.live });
        if (last) this.#changed(user, false);
      }
    } catch {
      this.#due.add(user);
    }
  }
}

export interface PresenceOptions {
  gateway: string;
  /** Connections that a user may have at all gateways. */
  most: number;
  /** Connections that a user has at this one. */
  count(user: number): number;
  /** Those who have some. */
  users(): Iterable<number>;
  /** Hears that a user came online or went offline by what happened here. */
  changed(user: number, online: boolean): void;
  /** Looks again at those whose presence is followed here. */
  lookAgain(): Promise<void>;
}
