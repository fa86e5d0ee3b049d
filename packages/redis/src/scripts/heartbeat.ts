import type { RedisConnection } from '../link.ts';
import { createScript } from '../script.ts';
import clock from './clock.lua';
import source from './heartbeat.lua';
import silentSource from './silent-gateways.lua';

const script = createScript('heartbeat', [clock, source]);
const silent = createScript('silent-gateways', [clock, silentSource]);

/** Ms after which a silent gateway counts as gone, and its users as offline. */
export const GATEWAY_GONE_AFTER = 15_000;

/**
 * Ms after which a silent gateway is not waited for any more. When Redis was away all have been silent; by then those that live have
 * said so.
 */
export const GATEWAY_FORGOTTEN_AFTER = 30_000;

/** Says that a gateway lives and answers which ones do. */
export async function heartbeat(link: RedisConnection, gateway: string): Promise<string[]> {
  return (await link.run(script, [link.keys.gateways], [gateway, GATEWAY_GONE_AFTER])) as string[];
}

/** The gateways that live. */
export async function liveGateways(link: RedisConnection): Promise<string[]> {
  return heartbeat(link, '');
}

/** The gateways that were silent for 30 s. */
export async function silentGateways(link: RedisConnection): Promise<string[]> {
  return (await link.run(silent, [link.keys.gateways], [GATEWAY_FORGOTTEN_AFTER])) as string[];
}

/** Takes a gateway that stops off the list. */
export async function retireGateway(link: RedisConnection, gateway: string): Promise<void> {
  await link.client.zrem(link.keys.gateways, gateway);
}
