import type { RedisConnection } from '../connection/redis-connection.ts';
import { forward } from './forward.ts';
import { repairMutation } from './mutate.ts';

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
  const found = Array.from({ length: kept.length / 2 }, (_, i) => read(kept[2 * i] ?? '', kept[2 * i + 1] ?? ''));
  const stuck = found.filter(({ field }) => seen.has(field)).sort(inOrder);
  let failure: unknown;
  for (const { field, finish } of stuck) {
    try {
      await finish(redis);
      await redis.call(key, ['HDEL', key, field]);
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return new Set(found.map(({ field }) => field));
}

/**
 * Parses a field that `accept` (`<id>:<sender>:<ref>`: participants, ref and event, one per line)
 * or `mutate` (`change:<ms>:<any>`) stored.
 */
function read(field: string, value: string): Kept {
  if (field.startsWith('change:')) {
    return { field, change: true, at: Number(field.split(':')[1]), finish: (redis) => repairMutation(redis, value) };
  }
  const [participants = '', ref = '', event = ''] = value.split('\n');
  const { id, conversation, from } = JSON.parse(event) as { id: number; conversation: string; from: number };
  const message = {
    ...{ id, conversation, from, ref, participants: participants.split(' ').map(Number) },
    event: event.slice(0, -1),
    // Messages are forwarded in the order of their ids. Earlier ones have arrived.
    before: () => 0,
  };
  return { field, change: false, at: id, finish: (redis) => forward(redis, message) };
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
  /** The id of a message. For a mutation: Unix ms by the clock of its gateway. */
  at: number;
  finish(redis: RedisConnection): Promise<unknown>;
}
