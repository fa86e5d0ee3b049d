import type { Link } from '../link.ts';
import { createScript } from '../script.ts';
import clock from './clock.lua';
import source from './disconnect.lua';

const script = createScript('disconnect', clock, source);

/** Says how many connections are left; true when it was the user's last, which those who watch have been told. */
export async function disconnect(link: Link, { user, gateway, count, live }: Disconnection): Promise<boolean> {
  const { keys } = link;
  const names = [keys.online(user), keys.seen(user), keys.presence(user)];
  return (await link.run(script, names, [user, gateway, count, link.inboxTtl, ...live])) === 1;
}

export interface Disconnection {
  user: number;
  gateway: string;
  /** Connections of the user that this gateway still holds. */
  count: number;
  /** The gateways that live; counts of others are dropped. */
  live: Iterable<string>;
}
