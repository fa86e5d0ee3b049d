import type { RedisConnection } from '../link.ts';
import { createScript } from '../script.ts';
import source from './publish-probe.lua';

const script = createScript('publish-probe', [source]);

/** Publishes text on a gateway's own channel in a bucket, over the connection that messages take; answers how many heard it. */
export async function publishProbe(
  link: RedisConnection,
  bucket: number,
  gateway: string,
  text: string,
): Promise<number> {
  return (await link.run(script, [link.keys.probe(bucket, gateway)], [text])) as number;
}
