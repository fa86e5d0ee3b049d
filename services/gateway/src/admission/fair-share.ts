/** Frames that anyone may ask for in one go, before it shows how much they ask for. */
const AT_ONCE = 4;

/** Looks after which it is forgotten how much somebody asked for, so that who comes back when told to is heard. */
const FORGOTTEN = 10;

/**
 * Who asks for more than their share of what is done while not all can be done. Only what is asked for then is counted: when nothing
 * has to be refused it costs nothing and knows nobody.
 */
export class Shares {
  /** Frames asked for by each user, less their share of what was done since. */
  readonly #asked = new Map<number, number>();

  /** Counts a frame that cannot be taken on like any other; true when its user asks for no more than their share. */
  ask(user: number): boolean {
    const asked = this.#asked.get(user) ?? 0;
    // Refused ones count too: who goes on although refused does not get more for it.
    this.#asked.set(user, asked + 1);
    return asked < AT_ONCE;
  }

  /** To be told, `FORGOTTEN` times in a second, how many frames were done since: each user who asked has an equal share of them. */
  divide(done: number): void {
    const share = Math.max(1 / FORGOTTEN, done / this.#asked.size);
    const most = AT_ONCE + (FORGOTTEN - 1) * share;
    for (const [user, asked] of this.#asked) {
      if (asked > share) this.#asked.set(user, Math.min(asked, most) - share);
      else this.#asked.delete(user);
    }
  }
}
