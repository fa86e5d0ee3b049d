import type { RedisConnection } from '../connection/redis-connection.ts';
import { forward } from './forward.ts';
import { repairMutation } from './mutate.ts';
import { parseForward } from './pending-forward.ts';

/**
 * Forwards the messages and mutations of a bucket that were pending at the previous call and still
 * are: their process died, or could not reach another bucket. Comparing two calls detects stuck
 * entries without comparing clocks. Resolves with the fields of `forwards` that are pending now.
 * Pass them to the next call. If a bucket cannot be reached, forwards the other entries and then
 * rejects. Concurrent calls are safe.
 */
export async function repairForwards(
  redis: RedisConnection,
  bucket: number,
  seen: ReadonlySet<string>,
): Promise<Set<string>> {
  const key = redis.keys.forwards(bucket);
  const kept = (await redis.call(key, ['HGETALL', key])) as string[];
  const found = Array.from({ length: kept.length / 2 }, (_, i) =>
    read(redis, kept[2 * i] ?? '', kept[2 * i + 1] ?? ''),
  );
  const stuck = found.filter(({ field }) => seen.has(field)).sort(inOrder);
  let failure: unknown;
  for (const { field, finish } of stuck) {
    try {
      await finish();
      await redis.call(key, ['HDEL', key, field]);
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return new Set(found.map(({ field }) => field));
}

/**
 * Parses a field that `accept` (`<id>:<conversation>`) or `mutate` (`change:<ms>:<any>:<version>`)
 * has stored.
 */
function read(redis: RedisConnection, field: string, value: string): Kept {
  if (field.startsWith('change:')) {
    // An older version of Parley stored no version number.
    const version = Number(field.split(':')[3] ?? 0);
    return { field, change: true, at: version, finish: () => repairMutation(redis, value, version) };
  }
  const message = parseForward(redis, value);
  return { field, change: false, at: message.id, finish: () => forward(redis, message) };
}

/**
 * Compares two entries. Messages come before mutations, because a mutation might change one of the
 * messages. Entries of each kind are in the order of acceptance.
 */
function inOrder(a: Kept, b: Kept): number {
  return Number(a.change) - Number(b.change) || a.at - b.at;
}

interface Kept {
  field: string;
  change: boolean;
  /** Id of a message, or version of a mutation. */
  at: number;
  finish(): Promise<unknown>;
}
