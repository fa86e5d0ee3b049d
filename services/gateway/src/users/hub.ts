import { CONTROL_BYTE, type Control, type RedisConnection, type Standing } from '@parley/redis';
import type { Connection } from '../connection/connection.ts';
import type { Channels, Listener } from '../redis/channels.ts';

/** Time in ms for which the channel of a user who left is still heard: a reload of a page comes back within it. */
const LINGER = 1000;

/** Sends of a user that the shared rate bucket is asked for at a time. */
const LEASE = 10;

/**
 * Who is connected here. The first connection of a user subscribes the user's channel, a moment after the last one left it
 * is unsubscribed; what comes on it goes to all of the user's connections.
 */
export class Hub {
  readonly #link: RedisConnection;
  readonly #channels: Channels;
  readonly #create: CreateUser;
  readonly #users = new Map<number, LocalUser>();
  /** Every connection that is open. */
  readonly connections = new Set<Connection>();

  /** @param create makes the entry of a user */
  constructor(link: RedisConnection, channels: Channels, create: CreateUser = (id, lease) => new LocalUser(id, lease)) {
    this.#link = link;
    this.#channels = channels;
    this.#create = create;
  }

  /** The user's entry with this connection in it; what the user gets is heard once `subscribed` has resolved. */
  join(id: number, connection: Connection): LocalUser {
    let user = this.#users.get(id);
    if (!user) {
      user = this.#create(id);
      // A literal takes the room of one; the first push would take that of seventeen.
      user.connections = [connection];
      this.#users.set(id, user);
      user.subscribed = this.#channels.listen(this.#link.keys.user(id), user);
    } else user.connections.push(connection);
    clearTimeout(user.leaving);
    user.leaving = undefined;
    this.connections.add(connection);
    return user;
  }

  leave(user: LocalUser, connection: Connection): void {
    this.connections.delete(connection);
    user.connections.splice(user.connections.indexOf(connection), 1);
    if (user.connections.length > 0) return;
    user.leaving = setTimeout(() => this.#forget(user), LINGER);
  }

  /** A user who sends a frame without a connection: the entry of those connected here, else one for the occasion. */
  visitor(id: number): LocalUser {
    return this.#users.get(id) ?? this.#create(id, 1);
  }

  find(id: number): LocalUser | undefined {
    return this.#users.get(id);
  }

  /** How many users have connections here, or left a moment ago. */
  get size(): number {
    return this.#users.size;
  }

  /** Their ids. */
  get ids(): Iterable<number> {
    return this.#users.keys();
  }

  /** Those of them whose bucket is one of these. */
  users(buckets: Set<number>): LocalUser[] {
    return [...this.#users.values()].filter(({ id }) => buckets.has(this.#link.keys.bucket(id)));
  }

  /** How many connections are catching up, and how many events the one that is furthest behind has yet to get, as far as heard. */
  behind(): { connections: number; events: number } {
    const behind = { connections: 0, events: 0 };
    for (const { lag } of this.connections) {
      if (lag === undefined) continue;
      behind.connections += 1;
      behind.events = Math.max(behind.events, lag);
    }
    return behind;
  }

  /** Events of users in these buckets may have been missed: their permits are asked again, their inboxes read. */
  missed(buckets: Set<number>): void {
    for (const user of this.users(buckets)) {
      user.permits = undefined;
      for (const connection of user.connections) connection.missed();
    }
  }

  /** Forgets those who left; for the end. */
  close(): void {
    for (const user of this.#users.values()) {
      clearTimeout(user.leaving);
      if (user.connections.length === 0) this.#forget(user);
    }
  }

  #forget(user: LocalUser): void {
    this.#users.delete(user.id);
    this.#channels.unlisten(this.#link.keys.user(user.id));
  }
}

/** Makes the entry of a user, who asks for so many sends at a time. */
export type CreateUser = (id: number, lease?: number) => LocalUser;

/** A user with connections here. */
export class LocalUser implements Listener {
  readonly id: number;
  /** Resolves once the user's channel is subscribed. */
  subscribed: Promise<void> = Promise.resolve();
  connections: Connection[] = [];
  /** The greatest place heard on the channel. */
  epoch = 0;
  offset = 0;
  /** What is known of whom this user may write to; lives as long as the channel is heard, which says when to forget it. */
  permits: Map<number, Standing> | undefined;
  /** The number of the newest connection, as far as heard; `SESSION_POLICY=single` only. */
  fence = 0;
  /** Sends that the shared rate bucket granted to this gateway and that are not used yet. */
  sends = 0;
  /** How many of them to ask for at a time, so that most sends need not ask. */
  readonly lease: number;
  leaving: NodeJS.Timeout | undefined;

  constructor(id: number, lease = LEASE) {
    this.id = id;
    this.lease = lease;
  }

  /** Hands on what came on the user's channel: an event, another frame, or a word to the gateway. */
  hear(data: Buffer): void {
    if (data[0] === CONTROL_BYTE) return this.#obey(JSON.parse(data.toString('utf8', 1)) as Control);
    if (data[EVENT_AT] !== EVENT_BYTE) {
      for (const connection of this.connections) connection.forward(data);
      return;
    }
    // The scripts write the frame's start: {"type":"event","cursor":"<epoch>-<offset>", so that two numbers are all there is to read.
    let at = CURSOR_AT;
    let epoch = 0;
    for (let byte = data[at] as number; byte !== DASH; byte = data[++at] as number) epoch = epoch * 10 + byte - ZERO;
    let offset = 0;
    for (let byte = data[++at] as number; byte !== QUOTE; byte = data[++at] as number)
      offset = offset * 10 + byte - ZERO;
    this.epoch = epoch;
    this.offset = offset;
    for (const connection of this.connections) connection.deliver(epoch, offset, data);
  }

  #obey(control: Control): void {
    if (control.do === 'forget') {
      this.permits = undefined;
      return;
    }
    if (control.do === 'fence') this.fence = Math.max(this.fence, control.number);
    for (const connection of [...this.connections]) connection.obey(control);
  }
}

const EVENT_AT = '{"type":"'.length;
const EVENT_BYTE = 'e'.charCodeAt(0);
const CURSOR_AT = '{"type":"event","cursor":"'.length;
const DASH = '-'.charCodeAt(0);
const QUOTE = '"'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
