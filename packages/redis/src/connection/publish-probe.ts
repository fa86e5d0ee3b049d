import source from './publish-probe.lua';
import type { RedisConnection } from './redis-connection.ts';
import { createScript } from './script.ts';

const script = createScript('publish-probe', [source]);

/**
 * Writes a probe and publishes it on the gateway's own channel in a bucket, over the socket that
 * also carries messages. The gateway thereby checks that it receives messages. Resolves with the
 * number of subscribers. Rejects if Redis rejects writes.
 */
export async function publishProbe(
  redis: RedisConnection,
  bucket: number,
  gateway: string,
  text: string,
): Promise<number> {
  return (await redis.run(script, [redis.keys.probe(bucket, gateway)], [text])) as number;
}
