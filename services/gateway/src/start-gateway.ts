import { randomBytes } from 'node:crypto';
import { type ClientFrame, groupConversation } from '@parley/protocol';
import { connectRedis, messageIdNow, type RedisConnection } from '@parley/redis';
import { type Log, type Readiness, type Registry, TokenVerifier, Traces } from '@parley/service';
import { Load } from './admission/admission-control.ts';
import { carryOut } from './commands/index.ts';
import type { Config } from './config.ts';
import { Clock } from './connection/clock.ts';
import type { Connection } from './connection/connection.ts';
import { drain } from './connection/drain.ts';
import { makeRounds } from './connection/keepalive.ts';
import { Counters } from './counters.ts';
import { Presence } from './presence/presence.ts';
import { announcePresence } from './presence/presence-webhooks.ts';
import { Watching } from './presence/watch-list.ts';
import { Channels } from './redis/channels.ts';
import { Probe } from './redis/probe.ts';
import { Hub } from './users/hub.ts';
import { TracedUser } from './users/traced-user.ts';

/** Everything the connections of one gateway share. It holds nothing that cannot be rebuilt. */
export interface Gateway {
  /** Different at each start. */
  readonly id: string;
  readonly config: Config;
  readonly log: Log;
  readonly link: RedisConnection;
  readonly tokens: TokenVerifier;
  readonly hub: Hub;
  readonly presence: Presence;
  readonly watching: Watching;
  readonly counters: Counters;
  readonly metrics: Registry;
  readonly load: Load;
  readonly clock: Clock;
  /** Absent where nothing is traced. */
  readonly traces: Traces | undefined;
  /** True from SIGTERM on: nobody new is taken. */
  readonly draining: boolean;
  /** Carries out a frame that came for a connection by another way. */
  carryOut(connection: Connection, frame: ClientFrame): void;
  ready(): Readiness;
  /** Tells all clients to go, at random moments within the drain time, and resolves when they are gone. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** Connects to Redis and resolves once a message passed through it. Rejects when Redis does not answer. */
export async function startGateway(
  config: Config,
  { log, metrics }: { log: Log; metrics: Registry },
): Promise<Gateway> {
  const id = randomBytes(9).toString('base64url');
  const { redisUrl, buckets, inboxLength } = config;
  const inboxTtl = Math.ceil(config.inboxTtl / 1000);
  const link = await connectRedis({
    url: redisUrl,
    name: `gateway-${id}`,
    buckets,
    inboxLength,
    inboxTtl,
    replicas: config.replicasAck,
  });

  const tokens = new TokenVerifier(config.tokenSecret, config.tokenIssuers, {
    onError: (error, url) => log.warn({ err: error, url }, 'cannot fetch the keys of an issuer'),
  });
  const channels = new Channels(link, redisUrl, (missed) => {
    hub.missed(missed);
    presence.missed(hub.users(missed).map(({ id }) => id));
  });
  const traces = config.traces && new Traces({ config: config.traces, service: 'gateway', instance: id, log });
  const createUser = traces && ((user: number, lease?: number) => new TracedUser(traces, user, lease));
  const hub = new Hub(link, channels, createUser);
  const presence: Presence = new Presence(link, {
    gateway: id,
    most: config.sessionPolicy === 'single' ? Number.MAX_SAFE_INTEGER : config.maxConnectionsPerUser,
    count: (user) => hub.find(user)?.connections.length ?? 0,
    users: () => hub.ids,
    changed: announcePresence({ link, log, endpoints: config.webhooks, most: config.webhookBacklog }),
    lookAgain: () => watching.lookAgain(),
  });
  const watching: Watching = new Watching(link, channels, () => presence.live);
  const counters = new Counters(metrics, {
    gauges: {
      connections: () => hub.connections.size,
      users: () => hub.size,
      connections_catching_up: () => hub.behind().connections,
      inbox_lag_events: () => hub.behind().events,
    },
    heard: () => channels.heard,
  });
  const load = new Load(metrics, {
    mostFrames: config.maxUnderWay,
    mostOpenings: config.maxOpening,
    wait: config.maxWait,
    // In a cluster of some server or other; its key is in no use.
    ask: () => messageIdNow(link, groupConversation(1 + Math.floor(Math.random() * buckets))),
  });
  const probe = new Probe(link, channels, {
    gateway: id,
    interval: config.probeInterval,
    passed: (after) => counters.probe.observe(after / 1000),
    silent: (silent) => {
      log.warn({ buckets: silent.length }, 'messages do not pass through Redis');
      for (const bucket of silent) channels.reset(bucket);
      link.reset();
    },
  });
  const beat = () => presence.beat().catch((error) => log.warn({ err: error }, 'cannot tell that this gateway lives'));
  const beats = setInterval(beat, config.probeInterval);
  await Promise.all([beat(), probe.start(), tokens.start()]);

  let draining = false;
  const gateway: Gateway = {
    id,
    config,
    log,
    link,
    tokens,
    hub,
    presence,
    watching,
    counters,
    metrics,
    load,
    traces,
    clock: new Clock(() => makeRounds(gateway)),
    get draining() {
      return draining;
    },
    carryOut: async (connection, frame) => {
      await connection.opening;
      if (!connection.closed) await carryOut(gateway, connection, frame);
    },
    ready: () => {
      const reasons = [
        ...(draining ? ['draining'] : []),
        ...(probe.healthy ? [] : ['messages do not pass through Redis']),
      ];
      return { ok: reasons.length === 0, reasons };
    },
    drain: () => {
      draining = true;
      return drain(gateway);
    },
    stop: async () => {
      clearInterval(beats);
      tokens.stop();
      load.stop();
      gateway.clock.stop();
      probe.stop();
      await presence.stop();
      hub.close();
      channels.close();
      await traces?.stop();
      await link.close();
    },
  };
  return gateway;
}
