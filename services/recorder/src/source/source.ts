import type { Lease } from '../lease/lease.ts';

/** Where entries come from: the record streams of the leased buckets. */
export interface Source {
  /**
   * Reads what follows the last entry read of each leased stream; from the very first one under a new lease. Waits for at most
   * `wait` ms if there is nothing, and answers nothing then.
   */
  read(leases: readonly Lease[], wait: number): Promise<StreamPage>;
  close(): Promise<void>;
}

export interface StreamPage {
  entries: StreamEntry[];
  /** Some stream has more than was read. */
  more: boolean;
}

/** An entry as it lies in its stream. */
export interface StreamEntry {
  lease: Lease;
  /** The stream's id, `<ms>-<counter>`; the ms is when the entry was accepted. */
  id: string;
  /** The value of field `e`. */
  text: string | undefined;
}

/** What Redis answers for a stream, from `XREAD`. */
export type RawStream = [key: string, entries: [id: string, fields: string[]][]];

/** How far each lease has read. A new lease has read nothing: what its predecessor left is there still. */
export class Positions {
  readonly #last = new WeakMap<Lease, string>();

  of(lease: Lease): string {
    return this.#last.get(lease) ?? '0-0';
  }

  /** Moves on past the entries of one stream, and answers them. */
  take(lease: Lease, entries: RawStream[1]): StreamEntry[] {
    const last = entries.at(-1);
    if (last) this.#last.set(lease, last[0]);
    return entries.map(([id, fields]) => ({ lease, id, text: fields[0] === 'e' ? fields[1] : undefined }));
  }
}
