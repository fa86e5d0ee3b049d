import type { Redis } from 'ioredis';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { disconnect } from './disconnect.ts';
import { liveGateways, retireGateway, silentGateways } from './heartbeat.ts';

/** Ms after which another process can take over the cleanup of a gateway. */
const CLAIM = 60_000;

/** Number of keys per step of a scan. */
const STEP = 1000;

/**
 * Removes the connection counts of killed gateways, and then the gateways from the list. Notifies
 * the watchers of users who have no connection elsewhere, and calls `gone` with each of these
 * users. Of several concurrent callers, one does the work. If it crashes, another takes over. Scans
 * all keys of Redis in small steps, but only if a gateway sent no heartbeat for 30 s.
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

/** Yields the users who are counted at a gateway, in batches. */
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
