import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Database } from '@parley/database';
import { DataStore, ERRORS, Upload } from '@tus/utils';
import { deleteUnsent, getMedia, insertWithinQuota, type MediaRow } from '../queries/media.ts';
import type { MediaConfig } from './config.ts';
import { cleanFileName } from './file-name.ts';
import { removeBytes } from './remove-bytes.ts';
import { TooManyPieces } from './s3-storage.ts';
import type { Storage } from './storage.ts';

/**
 * Data store of the tus server. Keeps the state of each upload in a row of PostgreSQL, and its
 * bytes in the storage.
 */
export class UploadStore extends DataStore {
  readonly #db: Database;
  readonly #storage: Storage;
  readonly #config: MediaConfig;
  /**
   * Maps the id of an upload to its write in progress, which settles when the bytes are on disk.
   */
  readonly #writes = new Map<string, Promise<unknown>>();
  readonly #stopped: AbortSignal;

  /** @param stopped aborts uploads in progress */
  constructor(db: Database, storage: Storage, config: MediaConfig, stopped: AbortSignal) {
    super();
    this.#db = db;
    this.#storage = storage;
    this.#config = config;
    this.#stopped = stopped;
    this.extensions = ['creation', 'creation-with-upload', 'termination', 'expiration'];
  }

  override async create(upload: Upload): Promise<Upload> {
    const { filename, name, filetype, type, owner, ...metadata } = upload.metadata ?? {};
    const key = randomBytes(16).toString('hex');
    upload.creation_date = new Date().toISOString();
    await insertWithinQuota(this.#db, this.#config.quota, {
      id: Number(upload.id),
      owner_id: Number(owner),
      name: cleanFileName(filename ?? name ?? ''),
      mime: (filetype ?? type ?? '').slice(0, 127),
      size: upload.size ?? 0,
      width: measure(metadata.width, true),
      height: measure(metadata.height, true),
      duration: measure(metadata.duration, false),
      storage_key: key,
      expires: Date.parse(upload.creation_date) + this.#config.uploadTtl,
    });
    await this.#storage.create(key);
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const row = await this.#find(id);
    const offset = row.state === 'ready' ? row.size : await this.#storage.size(row.storage_key);
    if (offset === undefined) throw ERRORS.FILE_NO_LONGER_EXISTS;
    return new Upload({ id, size: row.size, offset, creation_date: new Date(row.created).toISOString() });
  }

  override async write(source: Readable, id: string, offset: number): Promise<number> {
    const { storage_key: key } = await this.#find(id);
    const write = this.#storage.append(key, offset, this.#receive(source));
    this.#writes.set(id, write);
    try {
      return await write;
    } catch (error) {
      if (error instanceof TooManyPieces) throw new BrokenOff(413, error.message);
      throw error;
    } finally {
      this.#writes.delete(id);
    }
  }

  /** Resolves when this process is not writing to the upload. */
  async settled(id: string): Promise<void> {
    await this.#writes.get(id)?.catch(() => {});
  }

  override async remove(id: string): Promise<void> {
    const row = await this.#find(id);
    if (!(await deleteUnsent(this.#db, row.id))) throw new BrokenOff(409, 'Others have been sent this already.');
    await removeBytes(this.#storage, row.storage_key);
  }

  override getExpiration(): number {
    return this.#config.uploadTtl;
  }

  async *#receive(source: Readable): AsyncGenerator<Buffer> {
    let timer: NodeJS.Timeout | undefined;
    const stop = () => source.destroy(new BrokenOff(503, 'The server is going away.'));
    const silence = () => source.destroy(new BrokenOff(408, 'The upload has fallen silent.'));
    const wait = () => {
      timer = setTimeout(silence, this.#config.uploadSilence);
    };
    this.#stopped.addEventListener('abort', stop);
    try {
      if (this.#stopped.aborted) stop();
      wait();
      for await (const chunk of source) {
        clearTimeout(timer);
        yield chunk as Buffer;
        wait();
      }
    } finally {
      clearTimeout(timer);
      this.#stopped.removeEventListener('abort', stop);
    }
  }

  async #find(id: string): Promise<MediaRow> {
    const row = await getMedia(this.#db, Number(id));
    if (row === undefined) throw ERRORS.FILE_NOT_FOUND;
    return row;
  }
}

/**
 * Thrown within the tus server when an upload is aborted. Contains the status and the reason that
 * the tus server sends.
 */
class BrokenOff extends Error {
  override name = 'BrokenOff';
  readonly status_code: number;
  readonly body: string;

  constructor(status: number, reason: string) {
    super(reason);
    this.status_code = status;
    this.body = reason;
  }
}

/** Parses a positive number from upload metadata. Returns null if it is missing or invalid. */
function measure(text: string | null | undefined, whole: boolean): number | null {
  const value = /^\d{1,9}(\.\d{1,9})?$/.test(text ?? '') ? Number(text) : 0;
  return value > 0 && (!whole || Number.isInteger(value)) ? value : null;
}
