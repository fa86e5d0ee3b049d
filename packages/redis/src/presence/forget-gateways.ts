import type { Redis } from 'ioredis';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { disconnect } from './disconnect.ts';
import { liveGateways, retireGateway, silentGateways } from './heartbeat.ts';

/** Ms that one caller gets for a gateway, until another may try. */
const CLAIM = 60_000;

/** Keys looked at in one step of a scan. */
const STEP = 1000;

/**
 * Says of the users of gateways that were killed that they are not connected there, then takes the gateways off the list. Whose last
 * connection that was: those who watch are told, and `gone` hears it. Of several callers one does the work; a caller that
 * dies leaves it to another. Looks at every key of Redis, in small steps, but only when a gateway has been silent for 30 s.
 */
export async function forgetGateways(redis: RedisConnection, gone: (user: number) => void): Promise<void> {
  for (const gateway of await silentGateways(redis)) {
    if (!(await redis.client.set(redis.keys.forgetting(gateway), '1', 'PX', CLAIM, 'NX'))) continue;
    const live = await liveGateways(redis);
    for await (const users of usersAt(redis, gateway)) {
      const last = await Promise.all(users.map((user) => disconnect(redis, { user, gateway, count: () => 0, live })));
      for (const [i, user] of users.entries()) if (last[i]) gone(user);
    }
    await retireGateway(redis, gateway);
  }
}

/** Those counted at a gateway, some at a time. */
async function* usersAt(redis: RedisConnection, gateway: string): AsyncGenerator<number[]> {
  for (const node of 'nodes' in redis.client ? redis.client.nodes('master') : [redis.client]) {
    for await (const names of node.scanStream({ match: '{*}:online:*', type: 'hash', count: STEP })) {
      yield await countedAt(node, names as string[], gateway);
    }
  }
}

async function countedAt(node: Redis, names: string[], gateway: string): Promise<number[]> {
  const counted = await Promise.all(names.map((name) => node.hexists(name, gateway)));
  return names.filter((_, i) => counted[i] === 1).map((name) => Number(name.slice(name.lastIndexOf(':') + 1)));
}
