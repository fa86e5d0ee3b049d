import type { Readable } from 'node:stream';

/**
 * Stores the bytes of media as objects. Bytes are appended to an object until it is complete; after
 * that, it never changes. The key of an object is 32 hexadecimal digits, followed by `-thumbnail`
 * for a thumbnail. All replicas of the api use the same storage. The caller must ensure that only
 * one process at a time appends to an object.
 *
 * If the storage is unavailable or full, methods reject with an error that `isUnavailable`
 * recognises.
 */
export interface Storage {
  /** Resolves if the storage is usable; rejects with the reason otherwise. */
  open(): Promise<void>;
  /** Creates an empty object. */
  create(key: string): Promise<void>;
  /** Returns the size of an object in bytes, or undefined if it does not exist. */
  size(key: string): Promise<number | undefined>;
  /**
   * Appends bytes to an object from `offset` on. Resolves with the new size once all bytes are on
   * disk. If the source fails, rejects with the error of the source, but keeps the received bytes
   * if possible; `size` then includes them.
   */
  append(key: string, offset: number, bytes: AsyncIterable<Buffer>): Promise<number>;
  /**
   * Streams the bytes of an object from `start` to `end`, both included. The stream fails if the
   * object does not exist.
   */
  read(key: string, range: ByteRange): Readable;
  /** Stores a whole object. Replaces an existing one. */
  put(key: string, content: Buffer): Promise<void>;
  /** Deletes an object. No-op if it does not exist. */
  remove(key: string): Promise<void>;
  /** Lists the objects whose keys begin with the two given hexadecimal digits. */
  list(folder: string): AsyncIterable<Stored>;
}

/** A range of bytes. Both ends are included. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface Stored {
  key: string;
  /** When the object was last changed, in Unix ms. */
  modified: number;
}
