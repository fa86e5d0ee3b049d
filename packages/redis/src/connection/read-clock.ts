import type { RedisConnection } from './redis-connection.ts';

/** Returns the time of Redis, of one server of a cluster, in Unix ms. */
export async function readClock({ client }: RedisConnection): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1000 + Number(microseconds) / 1000;
}
