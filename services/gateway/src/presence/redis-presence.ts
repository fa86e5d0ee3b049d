import { connect, disconnect, forgetGateways, heartbeat, type RedisConnection, retireGateway } from '@parley/redis';
import type { PresenceStore } from './presence.ts';

/** Creates the presence store of one gateway in Redis. */
export function redisPresence(redis: RedisConnection, options: RedisPresenceOptions): PresenceStore {
  const { gateway, maxConnections: most, live, changed } = options;
  return {
    connect: ({ user, count }, session) =>
      connect(redis, {
        ...{ user, gateway, count, most, live: live(), first: () => changed(user, true) },
        ...(session !== undefined && { session }),
      }),
    disconnect: async ({ user, count }) => {
      const last = await disconnect(redis, { user, gateway, count, live: live() });
      if (last) changed(user, false);
    },
    heartbeat: () => heartbeat(redis, gateway),
    forgetSilentGateways: () => forgetGateways(redis, (user) => changed(user, false)),
    retire: () => retireGateway(redis, gateway),
  };
}

export interface RedisPresenceOptions {
  gateway: string;
  /** Maximum connections of a user over all gateways. */
  maxConnections: number;
  /** Ids of the live gateways. */
  live(): Iterable<string>;
  /** Called when a connection at this gateway has changed whether a user is online. */
  changed(user: number, online: boolean): void;
}
