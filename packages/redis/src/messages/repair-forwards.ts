import type { RedisConnection } from '../connection/redis-connection.ts';
import { forward } from './forward.ts';
import { repairMutation } from './mutate.ts';
import { parseForward } from './pending-forward.ts';

/**
 * Forwards messages and mutations of a bucket that were pending at the last call and still are:
 * their process died, or could not reach another bucket. Resolves with what is pending now, which
 * must be passed to the next call. Rejects if a bucket cannot be reached, after trying all others.
 * Concurrent calls are safe. Two calls at an interval detect stuck entries without comparing
 * clocks.
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
 * stored.
 */
function read(redis: RedisConnection, field: string, value: string): Kept {
  if (field.startsWith('change:')) {
    // An older version stored no version.
    const version = Number(field.split(':')[3] ?? 0);
    return { field, change: true, at: version, finish: () => repairMutation(redis, value, version) };
  }
  const message = parseForward(redis, value);
  return { field, change: false, at: message.id, finish: () => forward(redis, message) };
}

/**
 * Sorts messages first, because mutations may concern them. Sorts each kind in the order of
 * acceptance.
 */
function inOrder(a: Kept, b: Kept): number {
  return Number(a.change) - Number(b.change) || a.at - b.at;
}

interface Kept {
  field: string;
  change: boolean;
  /** The id of a message, or the version of a mutation. */
  at: number;
  finish(): Promise<unknown>;
}
