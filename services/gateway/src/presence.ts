import {
  type Connected,
  connect,
  disconnect,
  heartbeat,
  type Link,
  readPresence,
  retireGateway,
  type Presence as State,
} from '@parley/redis';
import type { Channels, Listener } from './channels.ts';
import type { Connection } from './connection.ts';
import { presenceFrame } from './frames.ts';
import type { LocalUser } from './hub.ts';

/** Counts this gateway's connections for all to see, and follows the presence of those whom its connections watch. */
export class Presence {
  readonly #link: Link;
  readonly #channels: Channels;
  readonly #gateway: string;
  readonly #most: number;
  readonly #count: (user: number) => number;
  readonly #watched = new Map<number, Watched>();
  /** The gateways that live. */
  live = new Set<string>();

  constructor(link: Link, channels: Channels, { gateway, most, count }: PresenceOptions) {
    this.#link = link;
    this.#channels = channels;
    this.#gateway = gateway;
    this.#most = most;
    this.#count = count;
  }

  /** Counts a new connection, which is among the user's already. */
  connect(user: number, session?: string): Promise<Connected> {
    return connect(this.#link, {
      user,
      gateway: this.#gateway,
      count: this.#count(user),
      most: this.#most,
      live: this.live,
      ...(session === undefined ? {} : { session }),
    });
  }

  /** Counts what is left of a user's connections; when Redis is away, it is told when it is back. */
  async disconnect(user: number): Promise<void> {
    const count = this.#count(user);
    await disconnect(this.#link, { user, gateway: this.#gateway, count, live: this.live }).catch(() => {});
  }

  /** Says that this gateway lives; when another one no longer does, tells who is offline by that. */
  async beat(): Promise<void> {
    const live = new Set(await heartbeat(this.#link, this.#gateway));
    const gone = [...this.live].some((gateway) => !live.has(gateway));
    this.live = live;
    if (gone) await this.#lookAgain();
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
    const states = await readPresence(this.#link, seen, this.live);
    if (!current()) return;
    for (const user of users) {
      const { online, lastSeen } = states.get(user) ?? { online: false, lastSeen: null };
      const watched = this.#watched.get(user);
      if (watched) watched.online = online;
      connection.reply(presenceFrame(user, online, lastSeen));
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

  /** Repeats the counts of these users, and what is to be said of those watched, after Redis was away. */
  async missed(users: Iterable<LocalUser>): Promise<void> {
    await Promise.all([...users].map(({ id }) => (this.#count(id) > 0 ? this.connect(id) : this.disconnect(id))));
    await this.#lookAgain();
  }

  /** Takes this gateway off the list of those that live. */
  async stop(): Promise<void> {
    await retireGateway(this.#link, this.#gateway).catch(() => {});
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
    const states = await readPresence(this.#link, [...this.#watched.keys()], this.live);
    for (const [user, state] of states) this.#watched.get(user)?.tell(user, state);
  }
}

export interface PresenceOptions {
  gateway: string;
  /** Connections that a user may have at all gateways. */
  most: number;
  /** Connections that a user has at this one. */
  count(user: number): number;
}

/** A user whose presence is followed here. */
class Watched implements Listener {
  readonly connections = new Set<Connection>();
  subscribed: Promise<void> = Promise.resolve();
  online: boolean | undefined;

  hear(frame: Buffer): void {
    this.online = frame.includes('"online":true');
    for (const connection of this.connections) connection.forward(frame);
  }

  tell(user: number, { online, lastSeen }: State): void {
    if (this.online === online) return;
    this.online = online;
    for (const connection of this.connections) connection.reply(presenceFrame(user, online, lastSeen));
  }
}
