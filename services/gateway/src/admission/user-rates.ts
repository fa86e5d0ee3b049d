import type { Budget, RateName } from './budget.ts';
import type { RateLimit } from './token-bucket.ts';

/**
 * Number of tokens that the gateway acquires at a time, so that most frames need no command to
 * Redis.
 */
const LEASES: Record<RateName, number> = {
  send: 10,
  mutation: 5,
  mark: 10,
  typing: 5,
  lookup: 1,
  bytes: 64 * 1024,
};

/**
 * Enforces the rate limits of users, by the number of their commands and by the bytes that these
 * write. All gateways share the limits through Redis.
 */
export class UserRates {
  readonly #limits: Record<RateName, RateLimit>;
  readonly #acquire: AcquireTokens;

  constructor(limits: Record<RateName, RateLimit>, acquire: AcquireTokens) {
    this.#limits = limits;
    this.#acquire = acquire;
  }

  /**
   * Charges one command if this gateway holds enough tokens for the user. Otherwise charges nothing
   * and returns false.
   */
  tryCharge({ budget: { granted } }: ChargedUser, act: RateName, bytes: number): boolean {
    if (granted[act] < 1 || granted.bytes < bytes) return false;
    granted[act] -= 1;
    granted.bytes -= bytes;
    return true;
  }

  /**
   * Charges one command. Rejects with `RateExceeded` and charges nothing if the user has reached a
   * limit.
   *
   * @param bytes the bytes that the command writes to Redis. A command that writes more than the
   * burst needs a full bucket
   */
  async charge(user: ChargedUser, act: Exclude<RateName, 'bytes'>, bytes = 0): Promise<void> {
    const cost = Math.min(bytes, this.#limits.bytes.burst);
    while (!this.tryCharge(user, act, cost)) {
      // Acquires tokens of both limits, even if one limit refuses. The granted tokens stay
      // available for later commands.
      const acquiring = [this.#ensure(user, act, 1), this.#ensure(user, 'bytes', cost)];
      const failed = (await Promise.allSettled(acquiring)).find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      // The loop repeats, because another command of the same user might have used the tokens
      // first.
    }
  }

  /**
   * Charges the bytes of a command after the command itself was charged. Rejects with
   * `RateExceeded` if the user has reached the limit on bytes.
   */
  async chargeBytes(user: ChargedUser, bytes: number): Promise<void> {
    const cost = Math.min(bytes, this.#limits.bytes.burst);
    while (user.budget.granted.bytes < cost) await this.#ensure(user, 'bytes', cost);
    user.budget.granted.bytes -= cost;
  }

  /**
   * Resolves when the budget holds this number of tokens. Another command of the same user might
   * use them first.
   */
  async #ensure(user: ChargedUser, name: RateName, count: number): Promise<void> {
    const { granted, acquiring, waiting } = user.budget;
    while (granted[name] < count) {
      // Only one request for tokens is in flight per limit. Concurrent requests would take tokens
      // from each other and then be refused.
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
        // If one command gets no token, no other one does. But a command with fewer bytes might
        // still succeed.
        if (name !== 'bytes') throw error;
      } finally {
        waiting[name] -= 1;
      }
    }
  }

  async #acquireMissing({ id, budget, isVisitor }: ChargedUser, name: RateName, count: number): Promise<void> {
    const limit = this.#limits[name];
    const missing = count - budget.granted[name];
    // Requests a token for each waiting command. If it requested one token, all of them would wake
    // up and compete for it.
    const needed = name === 'bytes' ? missing : missing + budget.waiting[name];
    const wanted = Math.min(Math.max(needed, isVisitor ? 0 : LEASES[name]), limit.burst);
    const { granted, after } = await this.#acquire(name, id, limit, Math.max(missing, wanted), missing);
    if (granted < missing) throw new RateExceeded(name, after);
    budget.granted[name] += granted;
  }
}

/** Thrown if a user has reached a rate limit. */
export class RateExceeded extends Error {
  /** Ms after which the user can repeat the command. */
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
  /** True for a user without a connection here. Unused tokens of such a user would be lost. */
  readonly isVisitor: boolean;
}

/**
 * Acquires up to `want` tokens of a rate limit that all gateways share. If fewer than `least` are
 * available, grants none, and `after` is the number of ms until there are enough.
 */
export type AcquireTokens = (
  name: RateName,
  user: number,
  limit: RateLimit,
  want: number,
  least: number,
) => Promise<{ granted: number; after: number }>;
