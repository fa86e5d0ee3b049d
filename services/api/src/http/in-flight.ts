import { Refusal } from './refusal.ts';

/**
 * Limits the number and bytes of operations in flight, per owner (a user or an address). Admits an
 * operation before its body is read, so that memory stays bounded and no single owner can use all
 * of it.
 */
export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #owners = new Map<string, Share>();
  #bytes = 0;

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  /** Total bytes of all operations in flight. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Admits an operation. Returns the function to call when the operation ends.
   *
   * @param owners the users and addresses that the operation counts towards. The limits apply to
   * each of them
   * @param bytes the memory that the operation might use
   * @throws Refusal `too-many` if one owner exceeds the limits per owner, `unavailable` if all
   * owners together exceed the total limit
   */
  admit(owners: readonly string[], bytes = 0): () => void {
    const { perOwner, bytes: most = Number.POSITIVE_INFINITY, bytesPerOwner = Number.POSITIVE_INFINITY } = this.#limits;
    for (const owner of owners) {
      const share = this.#owners.get(owner) ?? nothing;
      // Always admits an owner's first operation, because a separate limit rejects an operation
      // that is too large by itself.
      const full = share.count >= perOwner || (share.count > 0 && share.bytes + bytes > bytesPerOwner);
      if (full)
        throw new Refusal(
          'too-many',
          'You have too many requests in progress. Try again when some of them are done.',
          later(),
        );
    }
    if (this.#bytes > 0 && this.#bytes + bytes > most) throw new Refusal('unavailable', undefined, later());
    this.#add(owners, 1, bytes);
    let released = false;
    return () => {
      if (!released) this.#add(owners, -1, -bytes);
      released = true;
    };
  }

  #add(owners: readonly string[], count: number, bytes: number): void {
    this.#bytes += bytes;
    for (const owner of owners) {
      const share = this.#owners.get(owner) ?? nothing;
      const next = { count: share.count + count, bytes: share.bytes + bytes };
      if (next.count > 0) this.#owners.set(owner, next);
      else this.#owners.delete(owner);
    }
  }
}

function later(): { retryAfter: number } {
  return { retryAfter: 1 + Math.floor(Math.random() * 3) };
}

const nothing: Share = { count: 0, bytes: 0 };

interface Share {
  count: number;
  bytes: number;
}

export interface InFlightLimits {
  /** Maximum number of operations of one owner. */
  perOwner: number;
  /** Maximum bytes of one owner. Default: unlimited. */
  bytes?: number;
  bytesPerOwner?: number;
}
