import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './connect.lua';
import gateways from './survey.lua';
import { withLiveGateways } from './with-live-gateways.ts';

const script = createScript('connect', [gateways, source]);

/**
 * Seconds after which the counts of a user expire without a new connection. Longer than any
 * connection stays open.
 */
export const COUNTS_TTL = 90 * 86_400;

/**
 * Sets the number of connections of a user, and notifies watchers if the user was offline. With a
 * `session` it admits a new connection of that session or refuses it. Without one it restores what
 * Redis may have lost.
 */
export async function connect(
  redis: RedisConnection,
  { user, gateway, count, session, most, live, first }: ConnectionCount,
): Promise<Connected> {
  const { keys } = redis;
  const names = [keys.online(user), keys.revoked(user), keys.presence(user)];
  const rest = [session ?? '', most, COUNTS_TTL];
  const outcome = await withLiveGateways(redis, live, async (fates) => {
    return (await redis.run(script, names, [user, gateway, count(), ...rest, ...fates])) as
      | Connected
      | 'first'
      | string[];
  });
  if (outcome !== 'first') return outcome;
  first?.();
  return 'ok';
}

export interface ConnectionCount {
  user: number;
  gateway: string;
  /**
   * Connections of the user at this gateway, including the new one, at the time of the call. 0
   * changes nothing.
   */
  count(): number;
  session?: string;
  /** Maximum number of the user's connections over all gateways. */
  most: number;
  /** Known live gateways. The script looks up unknown ones in Redis. */
  live: Iterable<string>;
  /** Called if the user was offline before. */
  first?(): void;
}

export type Connected = 'ok' | 'revoked' | 'too-many';
