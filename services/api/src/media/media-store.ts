import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Database } from '@parley/database';
import type { RedisConnection } from '@parley/redis';
import type { Log } from '@parley/service';
import { Server } from '@tus/server';
import { toMedia } from '../queries/media.ts';
import { completeUpload } from './complete-upload.ts';
import type { MediaConfig } from './config.ts';
import { DiskStorage } from './disk-storage.ts';
import { PictureReader } from './picture-reader.ts';
import { S3Storage } from './s3-storage.ts';
import type { Storage } from './storage.ts';
import { Sweeper } from './sweeper.ts';
import { UploadGlance, UploadLock } from './upload-lock.ts';
import { UploadStore } from './upload-store.ts';

/**
 * Combines the parts that handle media: the storage, the tus server, the picture processes and the
 * sweeper.
 */
export class MediaStore {
  readonly storage: Storage;
  readonly pictures: PictureReader;
  readonly sweeper: Sweeper;
  /**
   * Aborted when the api stops. Transfers in progress end, and clients resume them at another
   * replica.
   */
  readonly stopped: AbortSignal;
  readonly #stop = new AbortController();
  readonly #tus: Server;
  readonly #owners = new WeakMap<object, number>();
  /** Maps a request to the server error that occurred while the tus server handled it. */
  readonly #failures = new WeakMap<object, unknown>();

  constructor({ db, redis, log, config }: MediaStoreDeps) {
    const storage = config.s3 ? new S3Storage(config.s3) : new DiskStorage(config.folder);
    this.storage = storage;
    const pictures = new PictureReader({ ...config.pictures, maxPixels: config.maxPixels });
    this.pictures = pictures;
    this.sweeper = new Sweeper({ db, redis, log, storage, config });
    this.stopped = this.#stop.signal;
    setMaxListeners(0, this.stopped);
    const store = new UploadStore(db, storage, config, this.stopped);
    this.#tus = new Server({
      path: '/v1/media/uploads',
      datastore: store,
      locker: ({ method }) => ({
        newLock: (id) =>
          method === 'HEAD'
            ? new UploadGlance(redis, Number(id))
            : new UploadLock(redis, Number(id), () => store.settled(id)),
      }),
      maxSize: config.maxBytes,
      namingFunction: () => String(newId()),
      // Returns a location relative to `/v1/media`, so that it is valid behind a proxy with a path
      // prefix.
      generateUrl: (_, { id }) => `media/uploads/${id}`,
      getFileIdFromRequest: (_, last) => last,
      // Disables the CORS headers of tus, because the api sets CORS headers itself.
      allowedOrigins: () => false,
      onUploadCreate: async (request, upload) => ({
        metadata: { ...upload.metadata, owner: String(this.#owners.get(request)) },
      }),
      onUploadFinish: async (request, upload) => {
        const row = await completeUpload({ db, storage, pictures, config }, Number(upload.id));
        if (row === undefined) throw new MediaGoneError('The upload was removed while it was completed');
        const body = JSON.stringify(toMedia(row));
        const status_code = request.method === 'POST' ? 201 : 200;
        return { status_code, headers: { 'content-type': 'application/json' }, body };
      },
      onResponseError: (request, error) => {
        if (error instanceof Error && !('status_code' in error)) this.#failures.set(request, error);
        return undefined;
      },
    });
  }

  /**
   * Handles one request of the tus protocol and returns the response of the tus server. Client
   * errors are responses; only server errors are thrown.
   *
   * @param owner the user who sends the request and owns an upload that it creates. For an existing
   * upload, the caller must check the user's access first
   */
  async serve(request: Request, owner?: number): Promise<Response> {
    if (owner !== undefined) this.#owners.set(request, owner);
    // Deletes an empty `Upload-Metadata` header, which some clients send although the tus server
    // rejects it.
    if (request.headers.get('upload-metadata') === '') request.headers.delete('upload-metadata');
    const answer = await this.#tus.handleWeb(request);
    const failure = this.#failures.get(request);
    if (failure !== undefined) throw failure;
    return answer;
  }

  /** Resolves if media can be stored. Rejects with the reason otherwise. */
  async open(): Promise<void> {
    const cannot = (cause: unknown) => {
      throw new Error(`Media cannot be stored: ${cause instanceof Error ? cause.message : cause}`, { cause });
    };
    await this.storage.open().catch(cannot);
  }

  /** Starts the sweeper. */
  start(): void {
    this.sweeper.start();
  }

  /** Aborts transfers in progress, and resolves when the sweeper has stopped. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.pictures.stop();
    await this.sweeper.stop();
  }
}

/** Thrown if the media was removed between two steps of one request. */
export class MediaGoneError extends Error {
  override name = 'MediaGoneError';
}

interface MediaStoreDeps {
  db: Database;
  redis: RedisConnection;
  log: Log;
  config: MediaConfig;
}

/** Returns a new random id of 52 bits. Random ids cannot be guessed by counting. */
function newId(): number {
  return randomInt(2 ** 32, 2 ** 48 - 1) * 16 + randomInt(16);
}
