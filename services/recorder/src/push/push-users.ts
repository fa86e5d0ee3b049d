/**
 * Caches which users have a push device. Decides whether a message needs a push event, so that
 * messages to other users need neither a Redis command nor a query.
 *
 * While the users are unknown, every message gets a push event, because an unnecessary event is
 * harmless, but a missing event is a lost notification.
 */
export class PushUsers {
  #users: Set<number> | undefined;

  /** Replaces the users with a push device. Undefined: the users are unknown from now on. */
  set(users: Iterable<number> | undefined): void {
    this.#users = users && new Set(users);
  }

  /** Adds a user who has registered a push device. */
  add(user: number): void {
    this.#users?.add(user);
  }

  /** Returns whether a user might have a push device. */
  mayHaveDevice(user: number): boolean {
    return this.#users?.has(user) ?? true;
  }

  /**
   * Returns whether a recipient of a message might have a push device. For a group message, returns
   * true if any user has one, because the members are unknown here.
   */
  mayReach({ conversation, to }: { conversation: string; to: number }): boolean {
    if (!this.#users) return true;
    return conversation.startsWith('g') ? this.#users.size > 0 : this.mayHaveDevice(to);
  }
}
