/**
 * The chats that users have open on connections of this gateway. Writes them to Redis, because the
 * api sends no push notifications for open chats.
 */
export class FocusList {
  readonly #write: (user: number, chats: () => readonly number[]) => Promise<void>;
  /**
   * The chat that each connection has open: user id -> connection -> chat id. All long-polling
   * requests of a device count as one connection.
   */
  readonly #users = new Map<number, Map<string, number>>();
  /** Device -> timer that fires when the device does not poll again. */
  readonly #polls = new Map<string, NodeJS.Timeout>();

  /** @param write writes the open chats of a user to Redis */
  constructor(write: (user: number, chats: () => readonly number[]) => Promise<void>) {
    this.#write = write;
  }

  /** Sets the chat that is open on a connection. Null: none. */
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

  /**
   * Writes the open chats of a user again, because Redis might have lost them. No-op if the user
   * has none.
   */
  restore(user: number): void {
    if (this.#users.has(user)) this.#send(user);
  }

  /**
   * Called when a connection starts to forward live events. If the connection is a long-polling
   * request, the chat that the device has open stays open.
   */
  live(connection: FocusedConnection): void {
    if (connection.transport.linger > 0) this.#clearTimer(pollOf(connection));
  }

  /**
   * Called when a connection is closed. A polling device keeps its open chat if it polls again in
   * time.
   */
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
   * Writes the open chats of a user. Ignores errors, because `restore` writes them again when Redis
   * is available. Until then, the user might get an unnecessary push notification.
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

/** A connection on which a chat can be open. */
export interface FocusedConnection {
  readonly id: string;
  readonly device: string;
  readonly user: { readonly id: number };
  readonly transport: { readonly linger: number };
}
