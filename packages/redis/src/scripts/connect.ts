import type { Link } from '../link.ts';
import { createScript } from '../script.ts';
import source from './connect.lua';

const script = createScript('connect', source);

/** Counts a new connection of a user and tells those who watch when it is the first. */
export async function connect(link: Link, connection: NewConnection): Promise<Connected> {
  const { user, gateway, session, most, live } = connection;
  const { keys } = link;
  const reply = (await link.run(
    script,
    [keys.online(user), keys.revoked(user), keys.presence(user)],
    [user, gateway, session, most, link.inboxTtl, ...live],
  )) as ['ok', number] | ['revoked'] | ['too-many', number];
  return reply[0] === 'ok' ? { outcome: 'ok', connections: reply[1] } : { outcome: reply[0] };
}

export interface NewConnection {
  user: number;
  gateway: string;
  session: string;
  /** Connections that the user may have. */
  most: number;
  /** The gateways that live; counts of others are dropped. */
  live: Iterable<string>;
}

export type Connected = { outcome: 'ok'; connections: number } | { outcome: 'revoked' | 'too-many' };
