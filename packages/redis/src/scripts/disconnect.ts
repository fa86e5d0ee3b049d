import type { RedisConnection } from '../link.ts';
import { createScript } from '../script.ts';
import clock from './clock.lua';
import source from './disconnect.lua';
import gateways from './gateways.lua';
import { withLiveGateways } from './tell-fates.ts';

const script = createScript('disconnect', [clock, gateways, source]);

/** Says how many connections are left; true when it was the user's last, which those who watch have been told. */
export async function disconnect(
  link: RedisConnection,
  { user, gateway, count, live }: Disconnection,
): Promise<boolean> {
  const { keys } = link;
  const names = [keys.online(user), keys.seen(user), keys.presence(user)];
  const last = await withLiveGateways(link, live, async (fates) => {
    return (await link.run(script, names, [user, gateway, count(), link.inboxTtl, ...fates])) as number | string[];
  });
  return last === 1;
}

export interface Disconnection {
  user: number;
  gateway: string;
  /** Connections of the user that this gateway still holds, at the moment of asking. */
  count(): number;
  /** Gateways that live, as far as is known; of others that are counted the list in Redis is asked. */
  live: Iterable<string>;
}
