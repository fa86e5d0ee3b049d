/**
 * Holds the users with a push device in memory. Decides whether a message needs a push event, so
 * that messages to other users cost no command and no query.
 *
 * While the users are unknown, every message gets a push event: an unneeded event is harmless, but
 * a missing one is a lost notification.
 */
export class PushUsers {
  #users: Set<number> | undefined;

  /** Sets all users with a push device. Undefined: the users are unknown from now on. */
  set(users: Iterable<number> | undefined): void {
    this.#users = users && new Set(users);
  }

  /** Adds a user who registered a device. */
  add(user: number): void {
    this.#users?.add(user);
  }

  /** Returns whether a user may have a push device. */
  mayHaveDevice(user: number): boolean {
    return this.#users?.has(user) ?? true;
  }

  /**
   * Returns whether a recipient of a message may have a push device. Group members are unknown
   * here: for a group, returns true if any user has a device.
   */
  mayReach({ conversation, to }: { conversation: string; to: number }): boolean {
    if (!this.#users) return true;
    return conversation.startsWith('g') ? this.#users.size > 0 : this.mayHaveDevice(to);
  }
}
