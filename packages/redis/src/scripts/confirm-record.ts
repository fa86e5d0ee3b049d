import type { RedisConnection } from '../link.ts';
import { createScript } from '../script.ts';
import source from './confirm-record.lua';

const script = createScript('confirm-record', [source], { durable: true });

/**
 * Which entries of a bucket's record stream (ids, ascending, at least one) are there, and on as many replicas as the link asks for: what
 * a failed master had and its successor has not was never acknowledged, and will be written again. Rejects when replicas do not confirm.
 */
export async function confirmRecord(
  link: RedisConnection,
  bucket: number,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const names = [link.keys.record(bucket), link.keys.confirm(bucket)];
  const reply = await link.run(script, names, [ids[0] as string, ids.at(-1) as string]);
  return new Set(reply === 1 ? ids : (reply as string[]));
}
