import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Ms for which the status `ok` is valid. A mismatch stays until a process that compared the stores
 * clears it.
 */
const STATUS_TTL_MS = 15_000;

/**
 * Returns whether Redis and PostgreSQL belong together, according to the last process that compared
 * them. Undefined if no process compared them recently.
 */
export async function readStoreStatus({ client, keys }: RedisConnection): Promise<StoreStatus | undefined> {
  const text = await client.get(keys.stores);
  if (text === null) return undefined;
  return text === '' ? { ok: true } : { ok: false, reason: text };
}

/**
 * Stores the result of this process's comparison for gateways, which do not connect to PostgreSQL.
 */
export async function writeStoreStatus({ client, keys }: RedisConnection, status: StoreStatus): Promise<void> {
  if (status.ok) await client.set(keys.stores, '', 'PX', STATUS_TTL_MS);
  else await client.set(keys.stores, status.reason);
}

/** Whether Redis and PostgreSQL belong together. If not, contains the reason. */
export type StoreStatus = { ok: true } | { ok: false; reason: string };
