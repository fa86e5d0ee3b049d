import { setTimeout } from 'node:timers/promises';
import {
  type Connected,
  connect,
  disconnect,
  GATEWAY_GONE_AFTER,
  heartbeat,
  type Link,
  readPresence,
  retireGateway,
  type Presence as State,
} from '@parley/redis';
import type { Channels, Listener } from './channels.ts';
import type { Connection } from './connection.ts';
import { presenceFrame } from './frames.ts';

/** Ms until Redis is told again what it could not be told. */
const RETRY = 500;

/**
 * Beats for which those watched are looked at when the gateways are not those of before: another gateway, which learns of it a
 * beat later, may until then take a user's first connection for one more, or the last for one of several.
 */
const LOOKS = 3;

/** Ms that Redis gets to hear that this gateway stops. */
const STOP_PATIENCE = 1000;

/** Counts this gateway's connections for all to see, and follows the presence of those whom its connections watch. */
export class Presence {
  readonly #link: Link;
  readonly #channels: Channels;
  readonly #gateway: string;
  readonly #most: number;
  readonly #count: (user: number) => number;
  readonly #users: () => Iterable<number>;
  readonly #changed: PresenceOptions['changed'];
  readonly #watched = new Map<number, Watched>();
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

  constructor(link: Link, channels: Channels, { gateway, most, count, users, changed }: PresenceOptions) {
    this.#link = link;
    this.#channels = channels;
    this.#gateway = gateway;
    this.#most = most;
    this.#count = (user) => count(user) || Number(this.#lingering.has(user));
    this.#users = users;
    this.#changed = changed;
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

  /** Says that this gateway lives; when the others are not those of before, tells who is offline or online by that. */
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
  }

  /**
   * Follows these users for a connection instead of those before, and tells it how each stands: first the channel is
   * subscribed, then presence read. Those whom it may not see are said to be offline.
   */
  async watch(connection: Connection, users: number[], mayBeSeen: (user: number) => Promise<boolean>): Promise<void> {
    this.unwatch(connection);
    connection.watched = users;
    const visible = await Promise.all(users.map(mayBeSeen));
    const seen = users.filter((_, i) => visible[i]);
    const current = () => connection.watched === users && !connection.closed;
    if (!current()) return;
    await Promise.all(seen.map((user) => this.#follow(user, connection)));
    const states = await this.#read(seen);
    if (!current()) return;
    for (const user of users) {
      const { online, lastSeen } = states.get(user) ?? { online: false, lastSeen: null };
      connection.reply(presenceFrame(user, online, lastSeen));
    }
  }

  /** Tells a connection how those stand whom it watches, since it may not have been told of changes. */
  repeat(connection: Connection): void {
    for (const user of connection.watched ?? []) {
      const watched = this.#watched.get(user);
      if (!watched?.state || !watched.connections.has(connection)) continue;
      connection.reply(presenceFrame(user, watched.state.online, watched.state.lastSeen));
    }
  }

  unwatch(connection: Connection): void {
    for (const user of connection.watched ?? []) {
      const watched = this.#watched.get(user);
      if (!watched?.connections.delete(connection) || watched.connections.size > 0) continue;
      this.#watched.delete(user);
      this.#channels.unlisten(this.#link.keys.presence(user));
    }
    connection.watched = undefined;
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

  #follow(user: number, connection: Connection): Promise<void> {
    let watched = this.#watched.get(user);
    if (!watched) {
      watched = new Watched();
      this.#watched.set(user, watched);
      watched.subscribed = this.#channels.listen(this.#link.keys.presence(user), watched);
    }
    watched.connections.add(connection);
    return watched.subscribed;
  }

  async #lookAgain(): Promise<void> {
    const before = [...this.#watched].map(([user, watched]) => ({
      user,
      watched,
      heard: watched.heard,
      state: watched.state,
    }));
    const states = await this.#read(before.map(({ user }) => user));
    for (const { user, watched, heard, state } of before) {
      const now = states.get(user);
      // What was heard meanwhile was told then; who just began to watch is told by that.
      if (!now || !state || watched.heard !== heard || now.online === state.online) continue;
      watched.tell(presenceFrame(user, now.online, now.lastSeen));
    }
  }

  /** How users stand who are followed here. What was heard of one since is newer than what Redis answered. */
  async #read(users: number[]): Promise<Map<number, State>> {
    const before = users.map((user) => this.#watched.get(user)?.heard);
    const states = await readPresence(this.#link, users, this.live);
    for (const [i, user] of users.entries()) {
      const watched = this.#watched.get(user);
      if (!watched) continue;
      if (watched.state && watched.heard !== before[i]) states.set(user, watched.state);
      else watched.state = states.get(user);
    }
    return states;
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
}

/** A user whose presence is followed here. */
class Watched implements Listener {
  readonly connections = new Set<Connection>();
  subscribed: Promise<void> = Promise.resolve();
  /** How the user stands, as last read or heard. */
  state: State | undefined;
  /** Frames heard. */
  heard = 0;

  hear(frame: Buffer): void {
    const { online, lastSeen } = JSON.parse(frame.toString()) as State;
    this.state = { online, lastSeen };
    this.heard += 1;
    this.tell(frame);
  }

  tell(frame: string | Uint8Array): void {
    for (const connection of this.connections) if (!connection.forward(frame)) connection.presenceMissed = true;
  }
}
