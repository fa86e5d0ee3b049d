import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './disconnect.lua';
import gateways from './survey.lua';
import { withLiveGateways } from './with-live-gateways.ts';

const script = createScript('disconnect', [clock, gateways, source]);

/**
 * Sets the number of remaining connections. Returns true for the user's last one, after notifying
 * watchers.
 */
export async function disconnect(
  redis: RedisConnection,
  { user, gateway, count, live }: Disconnection,
): Promise<boolean> {
  const { keys } = redis;
  const names = [keys.online(user), keys.seen(user), keys.presence(user), keys.focus(user)];
  const last = await withLiveGateways(redis, live, async (fates) => {
    return (await redis.run(script, names, [user, gateway, count(), redis.inboxTtl, ...fates])) as number | string[];
  });
  return last === 1;
}

export interface Disconnection {
  user: number;
  gateway: string;
  /** Connections of the user that this gateway still holds, at the time of the call. */
  count(): number;
  /** Known live gateways. The script looks up unknown ones in Redis. */
  live: Iterable<string>;
}
