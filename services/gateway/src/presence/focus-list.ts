/**
 * The chats that users are looking at on connections of this gateway. Push notifications skip them,
 * so Redis holds them for the api.
 */
export class FocusList {
  readonly #write: (user: number, chats: () => readonly number[]) => Promise<void>;
  /** User -> connection -> chat. Polls of a device are one connection. */
  readonly #users = new Map<number, Map<string, number>>();
  /** Fires when a device has not polled again. */
  readonly #polls = new Map<string, NodeJS.Timeout>();

  /** @param write writes the chats of a user to Redis */
  constructor(write: (user: number, chats: () => readonly number[]) => Promise<void>) {
    this.#write = write;
  }

  /** Sets the chat that the user of a connection is looking at. Null for none. */
  focus(connection: FocusedConnection, chat: number | null): void {
    const { user } = connection;
    const key = keyOf(connection);
    const chats = this.#users.get(user.id);
    if ((chats?.get(key) ?? null) === chat) return;
    if (chat === null) this.#remove(user.id, key);
    else if (chats) chats.set(key, chat);
    else this.#users.set(user.id, new Map([[key, chat]]));
    this.#send(user.id);
  }

  /** Writes the chats of a user again, after Redis may have lost them. No-op if there are none. */
  restore(user: number): void {
    if (this.#users.has(user)) this.#send(user);
  }

  /** Called when a connection is live: a device polls again. */
  live(connection: FocusedConnection): void {
    if (connection.transport.linger > 0) this.#clearTimer(pollOf(connection));
  }

  /** Called when a connection is closed. The focus of a polling device ends if it polls no more. */
  gone(connection: FocusedConnection): void {
    const { user, transport } = connection;
    const key = keyOf(connection);
    if (!this.#users.get(user.id)?.has(key)) return;
    const end = () => {
      this.#remove(user.id, key);
      this.#send(user.id);
    };
    if (transport.linger === 0) return end();
    const poll = pollOf(connection);
    this.#clearTimer(poll);
    const expire = () => {
      this.#polls.delete(poll);
      end();
    };
    this.#polls.set(poll, setTimeout(expire, transport.linger).unref());
  }

  stop(): void {
    for (const timer of this.#polls.values()) clearTimeout(timer);
    this.#polls.clear();
  }

  /**
   * Writes the chats of a user. Ignores errors: when Redis is available again, the chats are
   * restored, and until then a push too many does no harm.
   */
  #send(user: number): void {
    this.#write(user, () => [...new Set(this.#users.get(user)?.values())]).catch(() => {});
  }

  #remove(user: number, key: string): void {
    const chats = this.#users.get(user);
    chats?.delete(key);
    if (chats?.size === 0) this.#users.delete(user);
  }

  #clearTimer(poll: string): void {
    clearTimeout(this.#polls.get(poll));
    this.#polls.delete(poll);
  }
}

function keyOf({ id, device, transport }: FocusedConnection): string {
  return transport.linger > 0 ? `poll ${device}` : id;
}

function pollOf({ user, device }: FocusedConnection): string {
  return `${user.id} ${device}`;
}

/** A connection whose user may look at a chat. */
export interface FocusedConnection {
  readonly id: string;
  readonly device: string;
  readonly user: { readonly id: number };
  readonly transport: { readonly linger: number };
}
