import type { Readable } from 'node:stream';

/**
 * Where the bytes of media lie: things of bytes under keys, that grow at their end until they are
 * whole and never change afterwards. A key is 32 hexadecimal digits, with `-thumbnail` behind them
 * where it is a smaller picture. All replicas of the api see the same storage; that only one at a
 * time appends under a key is for the caller to see to.
 *
 * Rejects, when the storage is away or full, with an error that `isUnavailable` knows.
 */
export interface Storage {
  /** Resolves if things can be stored; rejects with the reason if not. */
  open(): Promise<void>;
  /** Begins a thing without bytes. */
  create(key: string): Promise<void>;
  /** How many bytes there are; undefined if the key holds nothing. */
  size(key: string): Promise<number | undefined>;
  /**
   * Writes bytes from `offset` on, and resolves with the new size once all bytes are on disk. If
   * the source fails, rejects with its error and keeps the bytes received so far where possible;
   * `size` returns how many.
   */
  append(key: string, offset: number, bytes: AsyncIterable<Buffer>): Promise<number>;
  /** The bytes from `start` to `end`, both included. Where they are gone, the stream fails. */
  read(key: string, range: ByteRange): Readable;
  /** Stores a whole thing at once, instead of what may be there. */
  put(key: string, content: Buffer): Promise<void>;
  /** Deletes an object. No-op if it does not exist. */
  remove(key: string): Promise<void>;
  /** What lies under the keys that begin with two hexadecimal digits. */
  list(folder: string): AsyncIterable<Stored>;
}

/** Both ends are included. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface Stored {
  key: string;
  /** Ms since 1970. */
  modified: number;
}
