import type { RedisConnection } from '@parley/redis';
import { Cluster, type Redis } from 'ioredis';

/**
 * Returns the clients of all Redis servers that hold data: a single server, or all masters of a
 * cluster.
 */
export function mastersOf({ client }: RedisConnection): Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

/** Returns the client of the Redis server that holds a key or channel. */
export async function masterOf({ client }: RedisConnection, key: string): Promise<Redis> {
  if (!(client instanceof Cluster)) return client;
  const slot = (await client.cluster('KEYSLOT', key)) as unknown as number;
  const place = (client as unknown as { slots: string[][] }).slots[slot]?.[0];
  const master = client.nodes('master').find(({ options }) => `${options.host}:${options.port}` === place);
  if (!master) throw new Error(`nobody has slot ${slot}`);
  return master;
}
