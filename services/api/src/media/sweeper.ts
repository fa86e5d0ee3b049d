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
 * Deletes unused media data: uploads that were not completed in time, media files that were not
 * sent in time, and bytes that a crashed process left without a row. Only one replica sweeps at a
 * time. Deletes the row before the bytes, so that each listed file still has its bytes. Locks an
 * unfinished upload before deleting it.
 */
export class Sweeper {
  readonly #deps: SweeperDeps;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(deps: SweeperDeps) {
    this.#deps = deps;
  }

  /** Starts sweeping, at every interval. */
  start(): void {
    const { config, log } = this.#deps;
    const round = () => {
      this.#round = this.#round
        .then(() => this.sweep(Date.now(), [folderOf(Date.now(), config.sweepInterval)]))
        .catch((err) => log.warn({ err }, 'removing unused media failed'));
    };
    this.#timer = setInterval(round, config.sweepInterval);
  }

  /** Stops the timer, and resolves when the sweep in progress ends. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#round;
  }

  /**
   * Runs one sweep.
   *
   * @param now media that expired before this time in Unix ms are deleted
   * @param folders folders that are searched for bytes without a media row
   */
  async sweep(now: number, folders: readonly string[]): Promise<void> {
    await sweepAlone(this.#deps.db, async () => {
      await this.#removeUnfinished(now);
      await this.#removeUnsent(now);
      // Deletes only shares that are older than a day, which `shareMedia` no longer checks.
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
      // Keeps recent bytes, because bytes are written before their row and can belong to an upload
      // that is starting.
      if (modified > now - config.uploadTtl) continue;
      if (keys.push(key) >= atOnce) await remove(keys.splice(0));
    }
    await remove(keys);
  }
}

/** Returns the folder that this run searches. Successive runs search all 256 folders in turn. */
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
