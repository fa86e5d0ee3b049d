import type { RedisConnection } from './redis-connection.ts';

/** Returns the time of Redis in Unix ms. In a cluster, it is the time of one of the servers. */
export async function readClock({ client }: RedisConnection): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1000 + Number(microseconds) / 1000;
}
