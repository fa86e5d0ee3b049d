import type { Readable } from 'node:stream';

/**
 * Stores the bytes of media as objects under keys. Bytes are appended until an object is complete.
 * Then it never changes. A key is 32 hexadecimal digits, followed by `-thumbnail` for a smaller
 * picture. All replicas of the api use the same storage. The caller must ensure that only one
 * process at a time appends to a key.
 *
 * Methods reject with an error that `isUnavailable` recognises if the storage is unavailable or
 * full.
 */
export interface Storage {
  /** Resolves if the storage is usable; otherwise rejects with the reason. */
  open(): Promise<void>;
  /** Creates an empty object. */
  create(key: string): Promise<void>;
  /** Returns the size in bytes, or undefined if the object does not exist. */
  size(key: string): Promise<number | undefined>;
  /**
   * Writes bytes from `offset` on, and resolves with the new size once all bytes are on disk. If
   * the source fails, rejects with its error and keeps the received bytes if possible. `size` then
   * returns their number.
   */
  append(key: string, offset: number, bytes: AsyncIterable<Buffer>): Promise<number>;
  /**
   * Streams the bytes from `start` to `end`, both included. The stream fails if the object does not
   * exist.
   */
  read(key: string, range: ByteRange): Readable;
  /** Stores a whole object, replacing an existing one. */
  put(key: string, content: Buffer): Promise<void>;
  /** Deletes an object. No-op if it does not exist. */
  remove(key: string): Promise<void>;
  /** Lists the objects whose keys begin with two hexadecimal digits. */
  list(folder: string): AsyncIterable<Stored>;
}

/** A range of bytes. Both ends are included. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface Stored {
  key: string;
  /** Ms since 1970. */
  modified: number;
}
