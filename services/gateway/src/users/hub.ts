import { LocalUser, type UserConnection } from './local-user.ts';

/**
 * Ms for which a user's channel stays subscribed after the last connection closed. Covers the time
 * in which a page reloads and connects again.
 */
const LINGER_MS = 1000;

/** Maximum ms for which the hub keeps the entry of a user without connections. */
const MAX_LINGER_MS = 60_000;

/**
 * Users with connections to this gateway. Subscribes to a user's channel with the first connection,
 * and unsubscribes shortly after the last one closed.
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
      // Creates the array with one element, because V8 would reserve room for 17 elements at the
      // first `push`.
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
   * Returns the entry of a user who sends a frame without a connection. Does not store a new entry.
   */
  visitor(id: number): LocalUser {
    return this.#users.get(id) ?? this.#createUser(id);
  }

  find(id: number): LocalUser | undefined {
    return this.#users.get(id);
  }

  /** Number of users with connections here, or whose last connection closed a moment ago. */
  get size(): number {
    return this.#users.size;
  }

  /** Ids of these users. */
  get ids(): Iterable<number> {
    return this.#users.keys();
  }

  /**
   * Called if events might have been lost on the channels of these hash buckets. Returns the ids of
   * the affected users.
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
   * Returns the minimum ms for which the hub keeps the entry of a user without connections, because
   * the entry contains the used rate-limit budget. Default: 0.
   */
  lingerOf?: (user: LocalUser) => number;
}

/** Subscribes to the Redis channels of users. */
export interface UserChannels {
  /** Resolves once Redis has confirmed the subscription. */
  subscribe(user: number, listener: { receive(data: Buffer): void }): Promise<void>;
  unsubscribe(user: number): void;
  /** Returns the hash bucket of the user's channel. */
  bucket(user: number): number;
}
