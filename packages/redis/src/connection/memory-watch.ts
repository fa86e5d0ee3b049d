import type { Redis } from 'ioredis';
import type { RedisClient } from './create-redis-client.ts';

/** Ms between two readings of the memory usage. */
const INTERVAL_MS = 2000;

/**
 * Ms after which a rejected sender can retry. The recorder and the acknowledgements of devices free
 * memory within seconds, or not at all.
 */
const RETRY_AFTER_MS = 5000;

/**
 * Watches which share of its memory each Redis server uses, and rejects messages before Redis is
 * full. A full Redis rejects every write, even a write that would free memory.
 */
export class MemoryWatch {
  readonly #client: RedisClient;
  readonly #limit: number;
  #share = 0;
  readonly #timer: NodeJS.Timeout;

  /** @param limit share of `maxmemory`, from 0 to 1. While a server uses more, `check` throws */
  constructor(client: RedisClient, limit: number) {
    this.#client = client;
    this.#limit = limit;
    this.#timer = setInterval(() => this.read(), INTERVAL_MS).unref();
  }

  /**
   * Share of its `maxmemory` that the fullest server used at the last reading, from 0 to 1. 0 if
   * `maxmemory` is not set.
   */
  get share(): number {
    return this.#share;
  }

  /** Throws `RedisFullError` if a server uses more memory than the limit. */
  check(): void {
    if (this.#share > this.#limit) throw new RedisFullError(RETRY_AFTER_MS);
  }

  /** Reads the memory usage of all servers. Keeps the last value if a server does not reply. */
  async read(): Promise<void> {
    const servers = 'nodes' in this.#client ? this.#client.nodes('master') : [this.#client];
    try {
      this.#share = Math.max(0, ...(await Promise.all(servers.map(shareOf))));
    } catch {
      // The connection is down. Ignores the error, because commands report it themselves.
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** Thrown for a message while Redis uses more memory than the limit. Nothing was written. */
export class RedisFullError extends Error {
  /** Ms after which the sender can retry. */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super('Redis is almost out of memory');
    this.name = 'RedisFullError';
    this.retryAfter = retryAfter;
  }
}

async function shareOf(server: Redis): Promise<number> {
  const info = await server.info('memory');
  const read = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const maxmemory = read('maxmemory');
  return maxmemory === 0 ? 0 : read('used_memory') / maxmemory;
}
