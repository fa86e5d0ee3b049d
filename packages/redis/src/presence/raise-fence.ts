import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './raise-fence.lua';

const script = createScript('raise-fence', [clock, source]);

/**
 * Seconds for which the newest connection of a user is stored. Longer than any connection stays
 * open.
 */
const FENCE_TTL = 90 * 86_400;

/**
 * Assigns a connection the highest number of its user's connections and notifies all gateways,
 * which close connections with a lower number (`SESSION_POLICY=single`). With `readFence`, gateways
 * detect and reject frames of older connections.
 */
export async function raiseFence(redis: RedisConnection, user: number, session: string): Promise<number> {
  return (await redis.run(script, [redis.keys.fence(user), redis.keys.user(user)], [session, FENCE_TTL])) as number;
}

/**
 * Returns the number and session of a user's newest connection. The number is 0 if there was none.
 */
export async function readFence(redis: RedisConnection, user: number): Promise<Fence> {
  const text = (await redis.client.get(redis.keys.fence(user))) ?? '0:';
  const colon = text.indexOf(':');
  return { number: Number(text.slice(0, colon)), session: text.slice(colon + 1) };
}

export interface Fence {
  number: number;
  session: string;
}
