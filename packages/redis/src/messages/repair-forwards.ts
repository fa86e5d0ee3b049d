import type { RedisConnection } from '../connection/redis-connection.ts';
import { forward } from './forward.ts';
import { repairMutation } from './mutate.ts';

/**
 * Forwards the messages accepted in a bucket, and tells of the changes recorded there, that were still to be when it was asked last and
 * are now: who was to do it died, or could not reach another bucket. Resolves with what is to be done now, to be handed in the next time;
 * rejects when a bucket cannot be reached, after all others were. Any number may do it at once.
 *
 * Asking twice, some time apart, tells what is stuck from what is on its way without comparing clocks.
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

/** What `accept` (`<id>:<sender>:<ref>`: participants, ref and event, a line each) or `change` (`change:<ms>:<any>`) kept. */
function read(field: string, value: string): Kept {
  if (field.startsWith('change:')) {
    return { field, change: true, at: Number(field.split(':')[1]), finish: (redis) => repairMutation(redis, value) };
  }
  const [participants = '', ref = '', event = ''] = value.split('\n');
  const { id, conversation, from } = JSON.parse(event) as { id: number; conversation: string; from: number };
  const message = {
    ...{ id, conversation, from, ref, participants: participants.split(' ').map(Number) },
    event: event.slice(0, -1),
    // They come in the order of their ids, and those before these have arrived.
    before: () => 0,
  };
  return { field, change: false, at: id, finish: (redis) => forward(redis, message) };
}

/** Changes come after the messages that they may be about; else as they came. */
function inOrder(a: Kept, b: Kept): number {
  return Number(a.change) - Number(b.change) || a.at - b.at;
}

interface Kept {
  field: string;
  change: boolean;
  /** The id of a message; of a change, ms since 1970 by the clock of whoever made it. */
  at: number;
  finish(redis: RedisConnection): Promise<unknown>;
}
