import type { Budget, RateLimit, RateName } from './budget.ts';

/** Tokens acquired at a time, so that most frames need no command to Redis. */
const LEASES: Record<RateName, number> = {
  send: 10,
  mutation: 5,
  mark: 10,
  typing: 5,
  lookup: 1,
  bytes: 64 * 1024,
};

/**
 * Charges users for what their frames cause, in number and in bytes. All gateways share the limits
 * through Redis.
 */
export class UserRates {
  readonly #limits: Record<RateName, RateLimit>;
  readonly #acquire: AcquireTokens;

  constructor(limits: Record<RateName, RateLimit>, acquire: AcquireTokens) {
    this.#limits = limits;
    this.#acquire = acquire;
  }

  /**
   * Charges one command if this gateway holds enough tokens. Otherwise returns false and charges
   * nothing.
   */
  tryCharge({ budget: { granted } }: ChargedUser, act: RateName, bytes: number): boolean {
    if (granted[act] < 1 || granted.bytes < bytes) return false;
    granted[act] -= 1;
    granted.bytes -= bytes;
    return true;
  }

  /**
   * Charges one command. Rejects with `RateExceeded`, and charges nothing, if a limit is reached.
   *
   * @param bytes the bytes that the command writes to Redis. A command that writes more than the
   * burst needs a full bucket
   */
  async charge(user: ChargedUser, act: Exclude<RateName, 'bytes'>, bytes = 0): Promise<void> {
    const cost = Math.min(bytes, this.#limits.bytes.burst);
    while (!this.tryCharge(user, act, cost)) {
      // Acquires both, even if one is refused. Granted tokens stay for later acts.
      const acquiring = [this.#ensure(user, act, 1), this.#ensure(user, 'bytes', cost)];
      const failed = (await Promise.allSettled(acquiring)).find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      // Another command of the same user may have used the tokens first.
    }
  }

  /** Charges the bytes of a command whose number was charged earlier. Rejects as `charge` does. */
  async chargeBytes(user: ChargedUser, bytes: number): Promise<void> {
    const cost = Math.min(bytes, this.#limits.bytes.burst);
    while (user.budget.granted.bytes < cost) await this.#ensure(user, 'bytes', cost);
    user.budget.granted.bytes -= cost;
  }

  /**
   * Resolves when this number of tokens is available. Another command of the same user may use them
   * first.
   */
  async #ensure(user: ChargedUser, name: RateName, count: number): Promise<void> {
    const { granted, acquiring, waiting } = user.budget;
    while (granted[name] < count) {
      // Acquires one lease at a time: concurrent commands would acquire tokens for each other and
      // then be refused themselves.
      const pending = acquiring.get(name);
      if (!pending) {
        const acquired = this.#acquireMissing(user, name, count).finally(() => acquiring.delete(name));
        acquiring.set(name, acquired);
        await acquired;
        continue;
      }
      waiting[name] += 1;
      try {
        await pending;
      } catch (error) {
        // Without a token for one command there is none for another. Fewer bytes may be available.
        if (name !== 'bytes') throw error;
      } finally {
        waiting[name] -= 1;
      }
    }
  }

  async #acquireMissing({ id, budget, isVisitor }: ChargedUser, name: RateName, count: number): Promise<void> {
    const limit = this.#limits[name];
    const missing = count - budget.granted[name];
    // Each waiting command needs a token. One at a time would wake all of them for each token.
    const needed = name === 'bytes' ? missing : missing + budget.waiting[name];
    const wanted = Math.min(Math.max(needed, isVisitor ? 0 : LEASES[name]), limit.burst);
    const { granted, after } = await this.#acquire(name, id, limit, Math.max(missing, wanted), missing);
    if (granted < missing) throw new RateExceeded(name, after);
    budget.granted[name] += granted;
  }
}

/** Thrown if a user has reached a rate limit. */
export class RateExceeded extends Error {
  /** Ms after which the same command may succeed. */
  readonly retryAfter: number;

  constructor(name: RateName, retryAfter: number) {
    super(`${messages[name]} Try again later.`);
    this.retryAfter = retryAfter;
  }
}

const messages: Record<RateName, string> = {
  send: 'You send too many messages.',
  mutation: 'You edit, react, recall or pin too often.',
  mark: 'You mark too many messages as read.',
  typing: 'You send too many typing notifications.',
  lookup: 'You look up too many unknown users or messages.',
  bytes: 'You send too much data.',
};

/** The user whose limits are charged. */
interface ChargedUser {
  readonly id: number;
  readonly budget: Budget;
  /** True for a user without a connection here: the user's unused tokens would be lost. */
  readonly isVisitor: boolean;
}

/**
 * Acquires up to `want` tokens of a rate limit that all gateways share. Grants nothing if fewer
 * than `least` are available. `after` is then the ms until they are.
 */
export type AcquireTokens = (
  name: RateName,
  user: number,
  limit: RateLimit,
  want: number,
  least: number,
) => Promise<{ granted: number; after: number }>;
