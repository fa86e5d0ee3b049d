import { LocalUser, type UserConnection } from './local-user.ts';

/**
 * Ms for which a channel stays subscribed after the last connection closed, so that reloading a
 * page keeps it.
 */
const LINGER_MS = 1000;

/** Maximum ms for which the entry of a user without connections is kept. */
const MAX_LINGER_MS = 60_000;

/**
 * The users connected to this gateway. The first connection of a user subscribes the user's
 * channel. The channel is unsubscribed shortly after the last one closed.
 */
export class Hub {
  readonly #channels: UserChannels;
  readonly #createUser: (id: number) => LocalUser;
  readonly #lingerOf: (user: LocalUser) => number;
  readonly #users = new Map<number, LocalUser>();

  constructor(channels: UserChannels, { createUser, lingerOf }: HubOptions = {}) {
    this.#channels = channels;
    this.#createUser = createUser ?? ((id) => new LocalUser(id));
    this.#lingerOf = lingerOf ?? (() => 0);
  }

  /**
   * Adds a connection and subscribes to the user's channel if it is the first. Events arrive only
   * after `user.subscribed` resolves.
   */
  join(id: number, connection: UserConnection): LocalUser {
    let user = this.#users.get(id);
    if (!user) {
      user = this.#createUser(id);
      // An array literal has room for one element. The first push would make room for seventeen.
      user.connections = [connection];
      this.#users.set(id, user);
      user.subscribed = this.#channels.subscribe(id, user);
    } else user.connections.push(connection);
    clearTimeout(user.leaving);
    user.leaving = undefined;
    return user;
  }

  leave(user: LocalUser, connection: UserConnection): void {
    user.connections.splice(user.connections.indexOf(connection), 1);
    if (user.connections.length > 0) return;
    const linger = Math.min(Math.max(LINGER_MS, this.#lingerOf(user)), MAX_LINGER_MS);
    user.leaving = setTimeout(() => this.#remove(user), linger);
  }

  /**
   * Returns the entry of a user who sends a frame without a connection. The hub does not store it
   * unless the user is connected here.
   */
  visitor(id: number): LocalUser {
    return this.#users.get(id) ?? this.#createUser(id);
  }

  find(id: number): LocalUser | undefined {
    return this.#users.get(id);
  }

  /**
   * Number of users with connections here, or whose last connection closed a short time ago.
   */
  get size(): number {
    return this.#users.size;
  }

  /** Ids of these users. */
  get ids(): Iterable<number> {
    return this.#users.keys();
  }

  /**
   * Called if events may have been lost on the channels of these buckets. Returns the ids of their
   * users.
   */
  missed(buckets: Set<number>): number[] {
    const users = [...this.#users.values()].filter(({ id }) => buckets.has(this.#channels.bucket(id)));
    for (const user of users) user.missed();
    return users.map(({ id }) => id);
  }

  /** Removes the users without connections. */
  close(): void {
    for (const user of this.#users.values()) {
      clearTimeout(user.leaving);
      if (user.connections.length === 0) this.#remove(user);
    }
  }

  #remove(user: LocalUser): void {
    this.#users.delete(user.id);
    this.#channels.unsubscribe(user.id);
  }
}

export interface HubOptions {
  /** Creates the entry of a user. Default: a `LocalUser`. */
  createUser?: ((id: number) => LocalUser) | undefined;
  /**
   * Returns the ms for which the entry of a user without connections is kept at least, because it
   * holds what the user has spent of the rate limits. Default: 0.
   */
  lingerOf?: (user: LocalUser) => number;
}

/** The channels of users in Redis. */
export interface UserChannels {
  /** Resolves once Redis has confirmed the subscription. */
  subscribe(user: number, listener: { receive(data: Buffer): void }): Promise<void>;
  unsubscribe(user: number): void;
  /** Returns the bucket of the user's channel. */
  bucket(user: number): number;
}
