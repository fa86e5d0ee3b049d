import type { Link } from '../link.ts';
import { createScript } from '../script.ts';
import source from './connect.lua';

const script = createScript('connect', source);

/** Seconds after which the counts of a user are forgotten when no connection opened: longer than any stays open. */
const COUNTS_TTL = 90 * 86_400;

/**
 * Says how many connections of a user a gateway holds, and tells those who watch when the user was offline. With a `session`
 * it is a new connection of that session, which may be refused; without one it repeats what Redis may have lost.
 */
export async function connect(
  link: Link,
  { user, gateway, count, session, most, live }: ConnectionCount,
): Promise<Connected> {
  const { keys } = link;
  const names = [keys.online(user), keys.revoked(user), keys.presence(user)];
  const args = [user, gateway, count, session ?? '', most, COUNTS_TTL, ...live];
  return (await link.run(script, names, args)) as Connected;
}

export interface ConnectionCount {
  user: number;
  gateway: string;
  /** Connections of the user at this gateway, the new one with them. */
  count: number;
  session?: string;
  /** Connections that the user may have at all gateways. */
  most: number;
  /** The gateways that live; counts of others are dropped. */
  live: Iterable<string>;
}

export type Connected = 'ok' | 'revoked' | 'too-many';
