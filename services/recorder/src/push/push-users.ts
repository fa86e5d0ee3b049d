/**
 * The users with a push device, in memory. It decides whether a message needs a push event, so that
 * messages to other users cost no command and no query.
 *
 * While it does not know them, every message may need one: a needless event is harmless, a missing
 * one is a lost notification.
 */
export class PushUsers {
  #users: Set<number> | undefined;

  /** Replaces all users. Undefined: unknown from now on. */
  set(users: Iterable<number> | undefined): void {
    this.#users = users && new Set(users);
  }

  /** Adds a user whose first or further device was registered. */
  add(user: number): void {
    this.#users?.add(user);
  }

  /**
   * Whether some recipient of a message may have a push device. Members of groups are not known
   * here.
   */
  mayReach({ conversation, to }: { conversation: string; to: number }): boolean {
    if (!this.#users) return true;
    return conversation.startsWith('g') ? this.#users.size > 0 : this.#users.has(to);
  }
}
