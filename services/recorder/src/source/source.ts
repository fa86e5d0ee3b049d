import type { Lease } from '../lease/lease.ts';

/** A source reads one stream of each leased bucket. */
export interface Source {
  /**
   * Returns the entries after the last one that was read of each leased stream. Under a new lease,
   * it starts at the first entry. Waits up to `wait` ms for entries, then returns an empty page.
   */
  read(leases: readonly Lease[], wait: number): Promise<StreamPage>;
  close(): Promise<void>;
}

export interface StreamPage {
  entries: StreamEntry[];
  /** Whether a stream has more entries than were read. */
  more: boolean;
}

/** An entry in the form in which it is in its stream. */
export interface StreamEntry {
  lease: Lease;
  /** The entry's id in the stream, `<ms>-<counter>`. The ms is when the entry was accepted. */
  id: string;
  /** The value of field `e`. */
  text: string | undefined;
}

/** A stream in the reply of `XREAD`. */
export type RawStream = [key: string, entries: [id: string, fields: string[]][]];

/**
 * The last entry that was read under each lease. A new lease starts at the first entry, because its
 * predecessor may have written fewer entries than it read.
 */
export class Positions {
  readonly #last = new WeakMap<Lease, string>();

  of(lease: Lease): string {
    return this.#last.get(lease) ?? '0-0';
  }

  /** Advances past the entries of one stream, and returns them. */
  advance(lease: Lease, entries: RawStream[1]): StreamEntry[] {
    const last = entries.at(-1);
    if (last) this.#last.set(lease, last[0]);
    return entries.map(([id, fields]) => ({ lease, id, text: fields[0] === 'e' ? fields[1] : undefined }));
  }
}
