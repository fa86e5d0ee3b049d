import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './confirm-record.lua';

const script = createScript('confirm-record', [source], { durable: true });

/**
 * Which entries of a bucket's record stream (ids, ascending, at least one) are there, and on as many replicas as the redis asks for: what
 * a failed master had and its successor has not was never acknowledged, and will be written again. Rejects when replicas do not confirm.
 */
export async function confirmRecord(
  redis: RedisConnection,
  bucket: number,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const names = [redis.keys.record(bucket), redis.keys.confirm(bucket)];
  const reply = await redis.run(script, names, [ids[0] as string, ids.at(-1) as string]);
  return new Set(reply === 1 ? ids : (reply as string[]));
}
