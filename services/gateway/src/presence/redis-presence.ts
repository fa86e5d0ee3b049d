import { connect, disconnect, forgetGateways, heartbeat, type RedisConnection, retireGateway } from '@parley/redis';
import type { PresenceStore } from './presence.ts';

/** Creates the object with which a gateway writes presence data to Redis. */
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
  /** Maximum number of connections of a user on all gateways together. */
  maxConnections: number;
  /** Returns the ids of the live gateways. */
  live(): Iterable<string>;
  /** Called when a user comes online or goes offline because of a connection at this gateway. */
  changed(user: number, online: boolean): void;
}
