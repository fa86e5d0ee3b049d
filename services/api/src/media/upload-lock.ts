import { randomUUID } from 'node:crypto';
import { createScript, type RedisConnection } from '@parley/redis';
import type { Lock } from '@tus/utils';
import source from './hold.lua';

const script = createScript('hold-upload', [source]);

/**
 * Locks an upload across all replicas, so that only one request at a time writes to it. A second
 * request is rejected instead of queued.
 */
export class UploadLock implements Lock {
  readonly #redis: RedisConnection;
  readonly #upload: number;
  readonly #settled: () => Promise<unknown>;
  readonly #holder = randomUUID();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param settled resolves when this process has stopped writing to the upload. The lock is
   * released then
   */
  constructor(redis: RedisConnection, upload: number, settled: () => Promise<unknown> = async () => {}) {
    this.#redis = redis;
    this.#upload = upload;
    this.#settled = settled;
  }

  /**
   * Acquires the lock. Returns false if another request holds it. Rejects if Redis is unavailable.
   */
  async take(): Promise<boolean> {
    if (!(await this.#hold(leaseMs))) return false;
    this.#timer = setInterval(() => this.#hold(leaseMs).catch(() => {}), leaseMs / 3);
    return true;
  }

  async lock(): Promise<void> {
    if (!(await this.take())) throw refusal;
  }

  async unlock(): Promise<void> {
    await this.#settled();
    clearInterval(this.#timer);
    // Ignores an error of Redis, because the lease then expires.
    await this.#hold(0).catch(() => {});
  }

  async #hold(ms: number): Promise<boolean> {
    return (await this.#redis.run(script, [this.#redis.keys.upload(this.#upload)], [this.#holder, ms])) === 1;
  }
}

/**
 * Lock of a request that only reads an upload. Acquiring it fails while another request holds the
 * upload. It does not block other requests.
 */
export class UploadGlance implements Lock {
  readonly #redis: RedisConnection;
  readonly #upload: number;

  constructor(redis: RedisConnection, upload: number) {
    this.#redis = redis;
    this.#upload = upload;
  }

  async lock(): Promise<void> {
    if ((await this.#redis.client.exists(this.#redis.keys.upload(this.#upload))) > 0) throw refusal;
  }

  async unlock(): Promise<void> {}
}

/** The error for a locked upload, in the format of the tus server. */
const refusal = { status_code: 423, body: 'Another request is at this upload.' };

/** Ms for which an upload stays locked after the process that held the lock crashed. */
const leaseMs = 10_000;
