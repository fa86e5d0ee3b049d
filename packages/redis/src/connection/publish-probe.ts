import source from './publish-probe.lua';
import type { RedisConnection } from './redis-connection.ts';
import { createScript } from './script.ts';

const script = createScript('publish-probe', [source]);

/**
 * Writes a text and publishes it on a gateway's own channel in a bucket, over the socket that also
 * carries messages. Resolves with the number of subscribers. Rejects if Redis refuses writes.
 */
export async function publishProbe(
  redis: RedisConnection,
  bucket: number,
  gateway: string,
  text: string,
): Promise<number> {
  return (await redis.run(script, [redis.keys.probe(bucket, gateway)], [text])) as number;
}
