import { createReadStream, createWriteStream } from 'node:fs';
import { access, constants, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteRange, Storage, Stored } from './storage.ts';

/**
 * Stores media as files in a folder that all replicas share, on one disk or a network file system.
 */
export class DiskStorage implements Storage {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await access(this.#folder, constants.R_OK | constants.W_OK | constants.X_OK);
  }

  async create(key: string): Promise<void> {
    await this.#write(key, Buffer.alloc(0));
  }

  async size(key: string): Promise<number | undefined> {
    try {
      return (await stat(this.#path(key))).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async append(key: string, offset: number, bytes: AsyncIterable<Buffer>): Promise<number> {
    const file = createWriteStream(this.#path(key), { flags: 'r+', start: offset, flush: true });
    await pipeline(Readable.from(bytes, { objectMode: false }), file);
    return offset + file.bytesWritten;
  }

  read(key: string, { start, end }: ByteRange): Readable {
    return end < start ? Readable.from([]) : createReadStream(this.#path(key), { start, end });
  }

  async put(key: string, content: Buffer): Promise<void> {
    const path = this.#path(key);
    await this.#write(`${key}.new`, content);
    await rename(`${path}.new`, path);
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async *list(folder: string): AsyncIterable<Stored> {
    for (const name of await readdir(join(this.#folder, folder)).catch(nothing)) {
      const found = await stat(join(this.#folder, folder, name)).catch(nothing);
      if ('mtimeMs' in found) yield { key: name, modified: found.mtimeMs };
    }
  }

  async #write(key: string, content: Buffer): Promise<void> {
    const path = this.#path(key);
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /**
   * Returns the path of the file that stores a key. Only the server generates keys; this method
   * also checks the format, so that no path leads outside of the folder.
   */
  #path(key: string): string {
    if (!/^[\da-f]{32}[-.\w]*$/.test(key)) throw new TypeError(`No key of a medium: ${key}`);
    return join(this.#folder, key.slice(0, 2), key);
  }
}

function nothing(error: unknown): [] {
  if (isMissing(error)) return [];
  throw error;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
