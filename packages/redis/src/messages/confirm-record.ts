import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './confirm-record.lua';

const script = createScript('confirm-record', [source], { durable: true });

/**
 * Returns which entries of a bucket's record stream exist on enough replicas. `ids` are ascending
 * and not empty. If the old master had an entry and the promoted replica lacks it, the entry was
 * never acknowledged, and its sender resends it. Rejects if replicas do not confirm.
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
