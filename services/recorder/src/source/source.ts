import type { Lease } from '../lease/lease.ts';

/** Reads one stream of each leased bucket. */
export interface Source {
  /**
   * Returns the next entries of each leased stream. The first read under a new lease begins at the
   * stream's first entry. If there are no entries, waits up to `wait` ms for some, and then returns
   * an empty page.
   */
  read(leases: readonly Lease[], wait: number): Promise<StreamPage>;
  close(): Promise<void>;
}

export interface StreamPage {
  entries: StreamEntry[];
  /** True if a stream might have more entries than were read. */
  more: boolean;
}

/** An entry as it is in its Redis stream. */
export interface StreamEntry {
  lease: Lease;
  /**
   * Id of the entry in the stream: `<ms>-<counter>`. The ms is the time when the entry was
   * accepted.
   */
  id: string;
  /** Value of the entry's field `e`. */
  text: string | undefined;
}

/** One stream in the reply of the Redis command `XREAD`. */
export type RawStream = [key: string, entries: [id: string, fields: string[]][]];

/**
 * Stores the last entry that was read under each lease. Reading under a new lease begins at the
 * stream's first entry, because the previous holder might not have written all entries that it
 * read.
 */
export class Positions {
  readonly #last = new WeakMap<Lease, string>();

  of(lease: Lease): string {
    return this.#last.get(lease) ?? '0-0';
  }

  /** Moves the position of a stream past `entries`, and returns them as stream entries. */
  advance(lease: Lease, entries: RawStream[1]): StreamEntry[] {
    const last = entries.at(-1);
    if (last) this.#last.set(lease, last[0]);
    return entries.map(([id, fields]) => ({ lease, id, text: fields[0] === 'e' ? fields[1] : undefined }));
  }
}
