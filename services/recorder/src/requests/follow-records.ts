import type { RedisConnection } from '@parley/redis';

/**
 * Reads the position of the newest record in the stream of a conversation's home bucket. Returns a
 * function that resolves with true while this record or an older one is still in the stream, which
 * means that it is not written yet. Compares positions in the stream instead of clocks.
 */
export async function followRecords(
  { client, keys }: RedisConnection,
  conversation: string,
): Promise<() => Promise<boolean>> {
  const stream = keys.record(keys.home(conversation));
  const [newest] = await client.xrevrange(stream, '+', '-', 'COUNT', 1);
  if (newest === undefined) return async () => false;
  return async () => (await client.xrange(stream, '-', newest[0], 'COUNT', 1)).length > 0;
}
