import source from './publish-probe.lua';
import type { RedisConnection } from './redis-connection.ts';
import { createScript } from './script.ts';

const script = createScript('publish-probe', [source]);

/**
 * Publishes text on a gateway's own channel in a bucket, over the connection that messages take;
 * answers how many heard it.
 */
export async function publishProbe(
  redis: RedisConnection,
  bucket: number,
  gateway: string,
  text: string,
): Promise<number> {
  return (await redis.run(script, [redis.keys.probe(bucket, gateway)], [text])) as number;
}
