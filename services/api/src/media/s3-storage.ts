import { Readable } from 'node:stream';
import { S3Bucket, type S3Options } from './s3-bucket.ts';
import type { ByteRange, Storage, Stored } from './storage.ts';

/**
 * Stores media in a bucket of an S3 store. Each media file is a series of S3 objects whose names
 * end with the offset of their first byte: `ab/<key>/000000000000000`, `ab/<key>/000000008388608`.
 * An aborted upload therefore keeps all received bytes. S3's multipart upload would not keep them,
 * because its parts have at least 5 MiB. The storage uses only the calls put, get, list and delete.
 */
export class S3Storage implements Storage {
  readonly #bucket: S3Bucket;
  /** Caches the lists of S3 objects of complete media, which never change. */
  readonly #known = new Map<string, Piece[]>();

  constructor(options: S3Options) {
    this.#bucket = new S3Bucket(options);
  }

  async open(): Promise<void> {
    await this.#bucket.list('00/', 1).next();
  }

  /** No-op, because an empty media file needs no S3 object. */
  async create(): Promise<void> {}

  async size(key: string): Promise<number> {
    return endOf(await this.#pieces(key));
  }

  async append(key: string, offset: number, bytes: AsyncIterable<Buffer>): Promise<number> {
    const pieces = await this.#pieces(key);
    if (pieces.length >= mostPieces) throw new TooManyPieces(`An upload may come in ${mostPieces} pieces at most.`);
    let [end, waiting, length]: [number, Buffer[], number] = [offset, [], 0];
    const flush = async (): Promise<void> => {
      if (length === 0) return;
      await this.#bucket.put(nameOf(key, end), Buffer.concat(waiting, length));
      [end, waiting, length] = [end + length, [], 0];
    };
    try {
      for await (const chunk of bytes) {
        waiting.push(chunk);
        length += chunk.length;
        if (length >= pieceBytes) await flush();
      }
    } finally {
      // Uploads the received bytes even if the source fails, so that they are kept.
      await flush();
    }
    return end;
  }

  read(key: string, range: ByteRange): Readable {
    return Readable.from(this.#read(key, range), { objectMode: false });
  }

  async put(key: string, content: Buffer): Promise<void> {
    await this.#bucket.put(nameOf(key, 0), content);
  }

  async remove(key: string): Promise<void> {
    this.#known.delete(key);
    for await (const { name } of this.#bucket.list(`${pathOf(key)}/`)) await this.#bucket.remove(name);
  }

  async *list(folder: string): AsyncIterable<Stored> {
    let last: Stored | undefined;
    for await (const { name, modified } of this.#bucket.list(`${folder}/`)) {
      const key = name.split('/')[1] ?? '';
      if (last?.key === key) last.modified = Math.max(last.modified, modified);
      else {
        if (last) yield last;
        last = { key, modified };
      }
    }
    if (last) yield last;
  }

  async *#read(key: string, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
    if (end < start) return;
    const pieces = this.#known.get(key) ?? (await this.#pieces(key));
    if (endOf(pieces) <= end) throw new Error(`The bytes of medium ${key} are gone`);
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(key, pieces);
    for (const piece of pieces) {
      const [from, to] = [Math.max(start, piece.start), Math.min(end, piece.start + piece.size - 1)];
      if (from <= to) yield* this.#bucket.get(nameOf(key, piece.start), from - piece.start, to - piece.start);
    }
  }

  /** Lists the S3 objects of a media file, up to the first gap. */
  async #pieces(key: string): Promise<Piece[]> {
    const pieces: Piece[] = [];
    for await (const { name, size } of this.#bucket.list(`${pathOf(key)}/`)) {
      const start = Number(name.slice(name.lastIndexOf('/') + 1));
      if (start === endOf(pieces) && size > 0) pieces.push({ start, size });
    }
    return pieces;
  }
}

/**
 * Thrown if an upload consists of so many small pieces that the requests to S3 would cost more than
 * transferring the bytes.
 */
export class TooManyPieces extends Error {
  override name = 'TooManyPieces';
}

/**
 * Approximate size of an S3 object in bytes. Each upload in progress needs the same amount of
 * memory.
 */
const pieceBytes = 8 * 1024 * 1024;
const mostPieces = 2000;
const mostKnown = 1000;

function endOf(pieces: readonly Piece[]): number {
  const last = pieces.at(-1);
  return last === undefined ? 0 : last.start + last.size;
}

function nameOf(key: string, start: number): string {
  return `${pathOf(key)}/${String(start).padStart(15, '0')}`;
}

function pathOf(key: string): string {
  return `${key.slice(0, 2)}/${key}`;
}

interface Piece {
  start: number;
  size: number;
}
