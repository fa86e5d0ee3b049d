import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Returns when the last backup of each store was made, in Unix seconds. The operator's backup job
 * stores this time with `HSET backups STORE SECONDS`. A store without a backup is missing.
 */
export async function readBackups({ client, keys }: RedisConnection): Promise<Record<string, number>> {
  const noted = Object.entries(await client.hgetall(keys.backups));
  return Object.fromEntries(
    noted.map(([store, seconds]) => [store, Number(seconds)]).filter(([, seconds]) => Number.isFinite(seconds)),
  );
}
