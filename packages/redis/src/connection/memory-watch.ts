import type { Redis } from 'ioredis';
import type { RedisClient } from './create-redis-client.ts';

/** Ms between two readings. */
const INTERVAL_MS = 2000;

/**
 * Ms after which a sender may retry: the recorder and acknowledgements free memory in seconds, if
 * at all.
 */
const RETRY_AFTER_MS = 5000;

/**
 * Watches how much of its memory each server uses, so that messages are rejected before Redis is
 * full. A full Redis refuses every write, even one that frees memory.
 */
export class MemoryWatch {
  readonly #client: RedisClient;
  readonly #limit: number;
  #share = 0;
  readonly #timer: NodeJS.Timeout;

  /** @param limit share of `maxmemory`, 0 to 1, above which messages are rejected */
  constructor(client: RedisClient, limit: number) {
    this.#client = client;
    this.#limit = limit;
    this.#timer = setInterval(() => this.read(), INTERVAL_MS).unref();
  }

  /**
   * Memory that the fullest server uses, as a share of its `maxmemory`, as last read. 0 if
   * `maxmemory` is not set.
   */
  get share(): number {
    return this.#share;
  }

  /** Throws if a server uses more than the limit. */
  check(): void {
    if (this.#share > this.#limit) throw new RedisFullError(RETRY_AFTER_MS);
  }

  /** Reads the memory of all servers. Keeps the last value if one does not reply. */
  async read(): Promise<void> {
    const servers = 'nodes' in this.#client ? this.#client.nodes('master') : [this.#client];
    try {
      this.#share = Math.max(0, ...(await Promise.all(servers.map(shareOf))));
    } catch {
      // The connection is down; commands report that by themselves.
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** Thrown if Redis uses more memory than the limit for messages. Nothing was written. */
export class RedisFullError extends Error {
  /** Ms after which the sender may retry. */
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
