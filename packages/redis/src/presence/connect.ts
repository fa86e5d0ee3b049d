import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './connect.lua';
import gateways from './survey.lua';
import { withLiveGateways } from './with-live-gateways.ts';

const script = createScript('connect', [gateways, source]);

/** Seconds after which the counts of a user are forgotten when no connection opened: longer than any stays open. */
const COUNTS_TTL = 90 * 86_400;

/**
 * Says how many connections of a user a gateway holds, and tells those who watch when the user was offline. With a `session`
 * it is a new connection of that session, which may be refused; without one it repeats what Redis may have lost.
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
  /** Connections of the user at this gateway, the new one with them, at the moment of asking; 0 changes nothing. */
  count(): number;
  session?: string;
  /** Connections that the user may have at all gateways. */
  most: number;
  /** Gateways that live, as far as is known; of others that are counted the list in Redis is asked. */
  live: Iterable<string>;
  /** Called when the user was offline before. */
  first?(): void;
}

export type Connected = 'ok' | 'revoked' | 'too-many';
