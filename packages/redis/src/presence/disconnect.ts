import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './disconnect.lua';
import gateways from './survey.lua';
import { withLiveGateways } from './with-live-gateways.ts';

const script = createScript('disconnect', [clock, gateways, source]);

/**
 * Sets the number of connections that a user still has at a gateway. If the user has none left at
 * any gateway, notifies watchers and then returns true.
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
  /**
   * Returns the number of the user's connections that this gateway still has at the time of the
   * call.
   */
  count(): number;
  /** The live gateways that the caller knows. Redis is queried about unknown ones. */
  live: Iterable<string>;
}
