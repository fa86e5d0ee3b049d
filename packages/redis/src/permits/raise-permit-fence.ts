import { userConversation } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './raise-permit-fence.lua';

const script = createScript('raise-permit-fence', [clock, source], { durable: true });

/**
 * Seconds for which a permit fence (a counter of permission changes) is stored. No gateway that was
 * paused stays connected for longer.
 */
const FENCE_TTL = 86_400;

/**
 * Invalidates the permits that gateways have cached for messages between two users. Call it after
 * the new permits were written to Redis. After it resolves, `accept` rejects messages whose permit
 * was read before, even from a gateway that was paused and missed the change.
 */
export async function raisePermitFence(redis: RedisConnection, a: number, b: number): Promise<number> {
  return (await redis.run(script, [redis.keys.permitFence(userConversation(a, b))], [FENCE_TTL])) as number;
}

/**
 * Returns the permit fence of two users, a number that increases when a permit between them ends.
 * 0: none. Read it before the permit.
 */
export async function readPermitFence({ client, keys }: RedisConnection, a: number, b: number): Promise<number> {
  return Number((await client.get(keys.permitFence(userConversation(a, b)))) ?? 0);
}
