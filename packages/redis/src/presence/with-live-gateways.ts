import type { RedisConnection } from '../connection/redis-connection.ts';
import { liveGateways } from './heartbeat.ts';

/**
 * Runs a script that has to know which of the counted gateways live. What a gateway remembers of the others is some seconds
 * old; where one is counted that it has not heard of, because it just started or died long ago, the list in Redis decides.
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
