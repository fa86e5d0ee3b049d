import { Refusal } from './refusal.ts';

/**
 * Counts the number and bytes of operations in flight, per owner (a user or an address). It admits
 * an operation before its body is read, so that memory is bounded and no owner can use all of it.
 */
export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #owners = new Map<string, Share>();
  #bytes = 0;

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  /** Bytes of all operations in flight. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Admits an operation. Returns the function that ends it.
   *
   * @param owners the users and addresses for which the operation counts. Each has its own limits
   * @param bytes the memory that the operation may use
   * @throws Refusal `too-many` if one owner has too much in flight, `unavailable` if all owners
   * together have
   */
  admit(owners: readonly string[], bytes = 0): () => void {
    const { perOwner, bytes: most = Number.POSITIVE_INFINITY, bytesPerOwner = Number.POSITIVE_INFINITY } = this.#limits;
    for (const owner of owners) {
      const share = this.#owners.get(owner) ?? nothing;
      // Always admits one operation: a separate limit rejects a single one that is too large.
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
  /** Maximum operations of one owner. */
  perOwner: number;
  /** Maximum bytes of one owner. Default: unlimited. */
  bytes?: number;
  bytesPerOwner?: number;
}
