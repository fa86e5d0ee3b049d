import type { Link } from '../link.ts';
import { createScript } from '../script.ts';
import clock from './clock.lua';
import source from './disconnect.lua';

const script = createScript('disconnect', clock, source);

/** Takes a connection off the count; true when it was the user's last, which those who watch have been told. */
export async function disconnect(link: Link, { user, gateway, live }: Disconnection): Promise<boolean> {
  const { keys } = link;
  const names = [keys.online(user), keys.seen(user), keys.presence(user)];
  return (await link.run(script, names, [user, gateway, link.inboxTtl, ...live])) === 1;
}

export interface Disconnection {
  user: number;
  gateway: string;
  live: Iterable<string>;
}
