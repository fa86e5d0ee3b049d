import type { RedisConnection } from '../connection/redis-connection.ts';
import { liveGateways } from './heartbeat.ts';

/** Returns the number of a user's connections to each live gateway, sorted by gateway. */
export async function readConnections(redis: RedisConnection, user: number): Promise<GatewayConnections[]> {
  const [counts, live] = await Promise.all([
    redis.client.hgetall(redis.keys.online(user)),
    liveGateways(redis).then((gateways) => new Set(gateways)),
  ]);
  return Object.entries(counts)
    .filter(([gateway]) => live.has(gateway))
    .map(([gateway, connections]) => ({ gateway, connections: Number(connections) }))
    .sort((a, b) => (a.gateway < b.gateway ? -1 : 1));
}

export interface GatewayConnections {
  gateway: string;
  connections: number;
}
