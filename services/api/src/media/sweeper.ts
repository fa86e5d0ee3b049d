import type { Database } from '@parley/database';
import { firstMessageId } from '@parley/protocol';
import type { RedisConnection } from '@parley/redis';
import type { Log } from '@parley/service';
import type { MediaConfig } from './config.ts';
import { removeBytes } from './remove-bytes.ts';
import type { Storage } from './storage.ts';
import {
  deleteOverdue,
  deleteUploading,
  expiredUploads,
  forgetWaiting,
  knownKeys,
  sweepAlone,
} from './sweep-queries.ts';
import { UploadLock } from './upload-lock.ts';

/**
 * Removes unused data: uploads that were not finished in time, media that were not sent in time,
 * and bytes that belong to no media because a process crashed. One replica at a time does this.
 * Deletes the row first and then the bytes, so that no listed media lacks its bytes. Locks an
 * upload first.
 */
export class Sweeper {
  readonly #deps: SweeperDeps;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(deps: SweeperDeps) {
    this.#deps = deps;
  }

  /** Starts a sweep per interval. */
  start(): void {
    const { config, log } = this.#deps;
    const round = () => {
      this.#round = this.#round
        .then(() => this.sweep(Date.now(), [folderOf(Date.now(), config.sweepInterval)]))
        .catch((err) => log.warn({ err }, 'removing unused media failed'));
    };
    this.#timer = setInterval(round, config.sweepInterval);
  }

  /** Stops the timer, and resolves when the current run ends. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#round;
  }

  /**
   * Sweeps once.
   *
   * @param now media that expired before this time are removed
   * @param folders folders that are searched for bytes that belong to no media
   */
  async sweep(now: number, folders: readonly string[]): Promise<void> {
    await sweepAlone(this.#deps.db, async () => {
      await this.#removeUnfinished(now);
      await this.#removeUnsent(now);
      // `shareMedia` stopped checking these entries long before that.
      await forgetWaiting(this.#deps.db, firstMessageId(now - dayMs));
      for (const folder of folders) await this.#removeStray(folder, now);
    });
  }

  async #removeUnfinished(now: number): Promise<void> {
    const { db, redis, storage } = this.#deps;
    for (const { id, storage_key: key } of await expiredUploads(db, now, atOnce)) {
      if (this.#stopped) return;
      const lock = new UploadLock(redis, id);
      if (!(await lock.take())) continue;
      try {
        if (await deleteUploading(db, id)) await removeBytes(storage, key);
      } finally {
        await lock.unlock();
      }
    }
  }

  async #removeUnsent(now: number): Promise<void> {
    const { db, storage, config } = this.#deps;
    for (;;) {
      const { looked, removed } = await deleteOverdue(db, now, now + config.unsentTtl, atOnce);
      for (const { storage_key: key } of removed) await removeBytes(storage, key);
      if (looked < atOnce || this.#stopped) return;
    }
  }

  async #removeStray(folder: string, now: number): Promise<void> {
    const { db, storage, config } = this.#deps;
    const remove = async (keys: string[]) => {
      const known = await knownKeys(db, [...new Set(keys.map(mediaKey))]);
      for (const key of keys) if (!known.has(mediaKey(key))) await storage.remove(key);
    };
    const keys: string[] = [];
    for await (const { key, modified } of storage.list(folder)) {
      if (this.#stopped) return;
      // Bytes are written before their row, so recent bytes may belong to an upload that is
      // starting.
      if (modified > now - config.uploadTtl) continue;
      if (keys.push(key) >= atOnce) await remove(keys.splice(0));
    }
    await remove(keys);
  }
}

/** Returns the folder of this run. Each run uses the next one of 256 folders. */
function folderOf(now: number, interval: number): string {
  return (Math.floor(now / interval) % 256).toString(16).padStart(2, '0');
}

function mediaKey(key: string): string {
  return key.slice(0, 32);
}

const atOnce = 100;
const dayMs = 86_400_000;

interface SweeperDeps {
  db: Database;
  redis: RedisConnection;
  storage: Storage;
  config: MediaConfig;
  log: Log;
}
