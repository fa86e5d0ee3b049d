import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './take-slot.lua';

const script = createScript('take-slot', [clock, source]);

/**
 * Counts a stream that a user opens. Returns false if the user already has `max` open streams. If a
 * stream is lost, its slot becomes free after `time` ms.
 */
export async function takeSlot(
  redis: RedisConnection,
  user: number,
  slot: string,
  { time, max }: { time: number; max: number },
): Promise<boolean> {
  return (await redis.run(script, [redis.keys.openStreams(user)], [slot, time, max])) === 1;
}

/** Frees the slot of a stream that has ended. */
export function releaseSlot(redis: RedisConnection, user: number, slot: string): void {
  const key = redis.keys.openStreams(user);
  // Ignores errors, because a slot that is not freed expires.
  redis.call(key, ['ZREM', key, slot]).catch(() => {});
}
