import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './connect.lua';
import gateways from './survey.lua';
import { withLiveGateways } from './with-live-gateways.ts';

const script = createScript('connect', [gateways, source]);

/**
 * Seconds after which the connection counts of a user expire if no connection is added. Longer than
 * any connection stays open.
 */
export const COUNTS_TTL = 90 * 86_400;

/**
 * Sets the number of connections that a user has at a gateway, and notifies watchers if the user
 * was offline before. With a `session`, accepts or rejects a new connection of that session.
 * Without a session, restores the number that Redis might have lost.
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
   * Returns the number of the user's connections at this gateway at the time of the call, including
   * the new one. 0 changes nothing.
   */
  count(): number;
  session?: string;
  /** Maximum number of the user's connections across all gateways. */
  most: number;
  /** The live gateways that the caller knows. Redis is queried about unknown ones. */
  live: Iterable<string>;
  /** Called when this is the user's first connection, that is, when the user comes online. */
  first?(): void;
}

export type Connected = 'ok' | 'revoked' | 'too-many';
