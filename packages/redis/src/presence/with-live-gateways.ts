import type { RedisConnection } from '../connection/redis-connection.ts';
import { liveGateways } from './heartbeat.ts';

/**
 * Runs a script that must know which of a user's gateways are live. The caller's list of live
 * gateways can be some seconds old. If the script finds a gateway that is not on the list, this
 * function reads the list from Redis and runs the script again.
 */
export async function withLiveGateways<Reply>(
  redis: RedisConnection,
  live: Iterable<string>,
  run: (fates: (string | number)[]) => Promise<Reply | string[]>,
): Promise<Reply> {
  const alive = new Set(live);
  const gone = new Set<string>();
  for (;;) {
    const reply = await run([alive.size, ...alive, ...gone]);
    if (!Array.isArray(reply)) return reply;
    const listed = await liveGateways(redis);
    for (const gateway of listed) alive.add(gateway);
    for (const gateway of reply) if (!alive.has(gateway)) gone.add(gateway);
  }
}
