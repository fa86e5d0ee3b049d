import { userConversation } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './raise-permit-fence.lua';

const script = createScript('raise-permit-fence', [clock, source], { durable: true });

/** Seconds for which a fence is kept. No gateway stays paused and connected for longer. */
const FENCE_TTL = 86_400;

/**
 * Ends the validity of permits that gateways hold in memory for messages between two users. Call it
 * after the permit copies were written. When it resolves, `accept` rejects messages with a permit
 * that was read before, also from a gateway that was paused and missed the change.
 */
export async function raisePermitFence(redis: RedisConnection, a: number, b: number): Promise<number> {
  return (await redis.run(script, [redis.keys.permitFence(userConversation(a, b))], [FENCE_TTL])) as number;
}

/** Returns the permit fence of two users, 0 if there is none. Read it before the permit. */
export async function readPermitFence({ client, keys }: RedisConnection, a: number, b: number): Promise<number> {
  return Number((await client.get(keys.permitFence(userConversation(a, b)))) ?? 0);
}
