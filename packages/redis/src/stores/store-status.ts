import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Ms for which a positive status holds. A mismatch holds until a process that compared the stores
 * clears it.
 */
const STATUS_TTL_MS = 15_000;

/**
 * Returns the result of the last process that compared Redis with PostgreSQL. Undefined if none
 * compared them lately.
 */
export async function readStoreStatus({ client, keys }: RedisConnection): Promise<StoreStatus | undefined> {
  const text = await client.get(keys.stores);
  if (text === null) return undefined;
  return text === '' ? { ok: true } : { ok: false, reason: text };
}

/** Publishes what this process found, for gateways, which do not connect to PostgreSQL. */
export async function writeStoreStatus({ client, keys }: RedisConnection, status: StoreStatus): Promise<void> {
  if (status.ok) await client.set(keys.stores, '', 'PX', STATUS_TTL_MS);
  else await client.set(keys.stores, status.reason);
}

/** Whether Redis and PostgreSQL belong together, else why not. */
export type StoreStatus = { ok: true } | { ok: false; reason: string };
