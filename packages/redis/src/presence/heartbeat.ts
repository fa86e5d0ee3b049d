import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './heartbeat.lua';
import silentSource from './silent-gateways.lua';

const script = createScript('heartbeat', [clock, source]);
const silent = createScript('silent-gateways', [clock, silentSource]);

/** Ms without a heartbeat after which a gateway counts as dead and its users as offline. */
export const GATEWAY_GONE_AFTER = 15_000;

/**
 * Ms without a heartbeat after which a gateway counts as killed. After an outage of Redis, in which
 * no gateway could send heartbeats, all live gateways send one within this time.
 */
export const GATEWAY_FORGOTTEN_AFTER = 30_000;

/** Stores the heartbeat of a gateway and returns the live gateways. */
export async function heartbeat(redis: RedisConnection, gateway: string): Promise<string[]> {
  return (await redis.run(script, [redis.keys.gateways], [gateway, GATEWAY_GONE_AFTER])) as string[];
}

/** Returns the live gateways. */
export async function liveGateways(redis: RedisConnection): Promise<string[]> {
  return heartbeat(redis, '');
}

/** Returns the gateways that sent no heartbeat for 30 s. */
export async function silentGateways(redis: RedisConnection): Promise<string[]> {
  return (await redis.run(silent, [redis.keys.gateways], [GATEWAY_FORGOTTEN_AFTER])) as string[];
}

/** Removes a stopping gateway from the list of gateways. */
export async function retireGateway(redis: RedisConnection, gateway: string): Promise<void> {
  await redis.client.zrem(redis.keys.gateways, gateway);
}
