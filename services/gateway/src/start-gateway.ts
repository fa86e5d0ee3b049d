import { randomBytes } from 'node:crypto';
import { type ClientFrame, groupConversation } from '@parley/protocol';
import {
  connectRedis,
  hasOldRecorder,
  isRevoked,
  lostAllRefs,
  lostRefs,
  pingRedis,
  publishProbe,
  type RedisConnection,
  raiseFence,
  readClock,
  readMarks,
  readPresence,
  readStoreStatus,
  recordBacklog,
  recover,
  takeTokens,
  writeFocus,
} from '@parley/redis';
import {
  addGauge,
  Hooks,
  type Log,
  type Registry,
  TokenVerifier,
  Traces,
  watchClocks,
  watchDependencies,
} from '@parley/service';
import { AdmissionControl } from './admission/admission-control.ts';
import { UserRates } from './admission/user-rates.ts';
import { appendTexts } from './commands/append-texts.ts';
import type { CommandDeps } from './commands/command.ts';
import { endWithFirstText } from './commands/end-with-first-text.ts';
import { errorReply } from './commands/error-reply.ts';
import { FrameHandler } from './commands/frame-handler.ts';
import { HookGate } from './commands/hook-gate.ts';
import { readStreamed } from './commands/read-streamed.ts';
import { requirePermit } from './commands/require-permit.ts';
import { replyToResend } from './commands/resend.ts';
import { StreamAppends } from './commands/stream-appends.ts';
import type { Config } from './config.ts';
import { Clock } from './connection/clock.ts';
import { type Connection, PAGE_EVENTS } from './connection/connection.ts';
import type { ConnectionDeps } from './connection/connection-deps.ts';
import { drainConnections } from './connection/drain.ts';
import { sweepConnections } from './connection/keepalive.ts';
import { lagOf } from './connection/lag.ts';
import { Counters } from './counters.ts';
import { FocusList } from './presence/focus-list.ts';
import { Presence } from './presence/presence.ts';
import { presenceWebhooks } from './presence/presence-webhooks.ts';
import { redisPresence } from './presence/redis-presence.ts';
import { WatchList } from './presence/watch-list.ts';
import { localRates, userRateLimits } from './rate-config.ts';
import { Channels } from './redis/channels.ts';
import { Probe } from './redis/probe.ts';
import { StoreGuard } from './redis/store-guard.ts';
import { startServer } from './socket/start-server.ts';
import { type ExternalBearer, findExternalUser } from './users/external-user.ts';
import { Hub } from './users/hub.ts';
import { Permits } from './users/permits.ts';
import { TracedUser } from './users/traced-user.ts';

const redisMemoryHelp = 'Share of `maxmemory` that the fullest server of Redis uses. 0 without `maxmemory`.';

/**
 * Starts a gateway. Resolves when Redis has delivered a first message to the gateway and the port
 * is open. If Redis is unavailable or the port is in use, closes everything that it opened, and
 * rejects.
 */
export async function startGateway(
  config: Config,
  { log, metrics }: { log: Log; metrics: Registry },
): Promise<Gateway> {
  const id = randomBytes(9).toString('base64url');
  const redis = await openRedis(config, id);
  const ownKeys = { secret: config.tokenSecret, keys: config.tokenKeys };
  const tokens = new TokenVerifier(ownKeys, config.tokenIssuers, {
    onError: (error, url) => log.warn({ err: error, url }, 'fetching the keys of a token issuer failed'),
  });
  const traces = config.traces && new Traces({ config: config.traces, service: 'gateway', instance: id, log });

  const channels = new Channels(
    redis,
    config.redisUrl,
    (buckets) => presence.missed(hub.missed(buckets)),
    (frame) => counters.published(frame),
  );
  const { keys } = redis;
  const hub = new Hub(
    {
      subscribe: (user, listener) => channels.subscribe(keys.user(user), listener),
      unsubscribe: (user) => channels.unsubscribe(keys.user(user)),
      bucket: (user) => keys.bucket(user),
    },
    {
      createUser: traces && ((user) => new TracedUser(traces, user)),
      lingerOf: (user) => user.msUntilRefilled(localRates(config)),
    },
  );
  const watchList = new WatchList({
    subscribe: (user, listener) => channels.subscribe(keys.presence(user), listener),
    unsubscribe: (user) => channels.unsubscribe(keys.presence(user)),
    read: (users) => readPresence(redis, users, presence.live),
  });
  const focusList = new FocusList((user, chats) => writeFocus(redis, { user, gateway: id, chats }));
  const presence: Presence = new Presence(
    redisPresence(redis, {
      gateway: id,
      maxConnections: config.sessionPolicy === 'single' ? Number.MAX_SAFE_INTEGER : config.maxConnectionsPerUser,
      live: () => presence.live,
      changed: presenceWebhooks({ redis, log, endpoints: config.webhooks, maxPending: config.webhookBacklog }),
    }),
    {
      gateway: id,
      count: (user) => hub.find(user)?.connections.length ?? 0,
      users: () => hub.ids,
      restored: (user) => focusList.restore(user),
      refresh: () => watchList.refresh(),
    },
  );

  const connections = new Set<Connection>();
  const storeGuard = new StoreGuard(
    {
      readStatus: () => readStoreStatus(redis),
      mustCompare: async () =>
        (await readStoreStatus(redis)) === undefined && (await readMarks(redis)).some((mark) => mark !== undefined),
      readBacklog: () => recordBacklog(redis),
      hasOldRecorder: () => hasOldRecorder(redis),
      lostAllRefs: () => config.history === 'mirror' && lostAllRefs(redis),
      lostRefs: async () => config.history === 'mirror' && (await lostRefs(redis)),
      mismatch: (reason) => {
        log.fatal({ reason }, 'stores mismatch: the gateway serves no requests until "reconcile" has run');
        for (const connection of connections) connection.close('restarting', 'stores mismatch');
      },
    },
    config.recordBacklog,
    metrics,
  );
  const counters: Counters = new Counters(metrics, {
    gauges: {
      connections: () => connections.size,
      users: () => hub.size,
      connections_catching_up: () => lagOf(connections).connections,
      inbox_lag_events: () => lagOf(connections).events,
    },
    received: () => channels.received,
  });
  const admission = new AdmissionControl(metrics, {
    maxFrames: config.maxUnderWay,
    maxOpenings: config.maxOpening,
    maxWait: config.maxWait,
    isServing: () => storeGuard.serving,
    // Queries a key in a random bucket, so that the gateway measures every server of a cluster. The
    // key is not used otherwise.
    sendCommand: () => {
      const key = keys.conversation(groupConversation(1 + Math.floor(Math.random() * config.buckets)));
      return redis.call(key, ['EXISTS', key]);
    },
  });
  const probe = new Probe(
    {
      subscribe: (bucket, listener) => channels.subscribe(keys.probe(bucket, id), listener),
      publish: (bucket, text) => publishProbe(redis, bucket, id, text),
    },
    {
      buckets: redis.clustered ? Array.from({ length: keys.buckets }, (_, bucket) => bucket) : [0],
      interval: config.probeInterval,
      passed: (after) => counters.probe.observe(after / 1000),
      silent: (buckets) => {
        log.warn({ buckets: buckets.length }, 'delivery probes were lost');
        for (const bucket of buckets) channels.reset(bucket);
        redis.reset();
      },
    },
  );

  const heartbeat = () => presence.heartbeat().catch((error) => log.warn({ err: error }, 'presence heartbeat failed'));
  const heartbeats = setInterval(heartbeat, config.probeInterval);
  await Promise.all([heartbeat(), probe.start(), tokens.start(), storeGuard.start()]);
  addGauge(metrics, 'parley_redis_memory_used_ratio', redisMemoryHelp, () => redis.memory.share);
  const unwatchClocks = watchClocks(metrics, { redis: () => readClock(redis) });
  const unwatchDependencies = watchDependencies(
    metrics,
    {
      redis: () => pingRedis(redis.client),
      stores: async () => {
        if (!storeGuard.serving) throw new Error('Redis and PostgreSQL do not belong together');
      },
    },
    log,
  );

  const rates = new UserRates(userRateLimits(config), (name, user, limit, want, least) =>
    takeTokens(redis, name, user, limit, want, least),
  );
  const permits = new Permits(redis, (user) => rates.charge(user, 'lookup'));
  const clock = new Clock(() => sweepConnections(connections));
  const externalUser = (bearer: ExternalBearer) => findExternalUser({ redis, log }, bearer);
  const hooks = Hooks.create(config.hooks, log, metrics);
  const streams = new StreamAppends({
    window: config.streamWindow,
    write: (user, batch) => appendTexts(commandDeps, user, batch),
    failed: (sender, { refs }, error) => {
      for (const ref of refs.length > 0 ? refs : [undefined])
        sender.connection?.reply(errorReply(commandDeps, sender, { ref, type: 'stream' }, error));
    },
  });
  const commandDeps: CommandDeps = {
    ...{
      streams,
      config,
      redis,
      log,
      counters,
      admission,
      rates,
      clock,
      permits,
      focusList,
      watchList,
      tokens,
      storeGuard,
      traces,
    },
    localRates: localRates(config),
    auditLog: config.auditLog ? log.child({ log: 'audit' }, { level: 'info' }) : undefined,
    hookGate:
      hooks &&
      new HookGate(hooks, {
        requirePermit: (user, chat) => requirePermit(permits, user, chat, config.sendPolicy),
        replyToResend: (sender, frame, refusal) => replyToResend(commandDeps, sender, frame, refusal),
        readStreamed: async (user, of) => {
          await streams.flush(user, of);
          return await readStreamed(commandDeps, user, of);
        },
        endWithFirstText: (user, of) => endWithFirstText(commandDeps, user, of),
      }),
    findExternalUser: externalUser,
  };
  const frames = new FrameHandler(commandDeps);
  const connectionDeps: ConnectionDeps<Connection> = {
    ...{ clock, log, counters, hub, connections },
    settings: {
      heartbeat: Math.ceil(config.heartbeat / 1000),
      stallTime: Math.ceil(config.stallTime / 1000),
      maxUnsent: config.maxUnsent,
      single: config.sessionPolicy === 'single',
    },
    readInbox: async (user, from, device, lossReported) => {
      const options = { device, limit: PAGE_EVENTS, relay: config.history === 'relay', lossReported };
      const page = await recover(redis, user.id, from, options);
      user.chargeRead(page, clock.now, commandDeps.localRates);
      return page;
    },
    msUntilRead: (user) => user.msUntilRead(clock.now, commandDeps.localRates),
    count: (user, session) => presence.connect(user, session),
    uncount: (user, linger) => presence.disconnect(user, linger),
    raiseFence: (user, session) => raiseFence(redis, user, session),
    isRevoked: (user, session) => isRevoked(redis, user, session),
    opening: (opened) => admission.trackOpening(opened),
    live: (connection) => {
      focusList.live(connection);
      watchList.sendMissed(connection);
    },
    checkWatch: (connection, users) => watchList.check(connection, users),
    gone: (connection) => {
      focusList.gone(connection);
      watchList.unwatch(connection);
    },
    runFrame: (connection, frame) => frames.runForwarded(connection, frame as ClientFrame),
  };

  let draining = false;
  const stop = async () => {
    clearInterval(heartbeats);
    tokens.stop();
    admission.stop();
    clock.stop();
    probe.stop();
    unwatchClocks();
    unwatchDependencies();
    await streams.close();
    await storeGuard.stop();
    focusList.stop();
    await presence.stop();
    hub.close();
    channels.close();
    hooks?.close();
    await traces?.stop();
    await redis.close();
  };
  const server = await startServer({
    ...{ config, log, redis, tokens, admission, hub, connectionDeps, frames, counters, metrics },
    findExternalUser: externalUser,
    get draining() {
      return draining;
    },
    ready: () => {
      const reasons = [
        ...(draining ? ['draining'] : []),
        ...storeGuard.reasons,
        ...(probe.healthy ? [] : ['messages do not pass through Redis']),
      ];
      return { ok: reasons.length === 0, reasons };
    },
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  return {
    ...{ id, redis, hub, connections, presence, counters },
    port: server.port,
    drain: async () => {
      draining = true;
      await drainConnections(connections, config.drainTime);
    },
    stop: async () => {
      server.stop();
      await stop();
    },
  };
}

function openRedis(config: Config, id: string): Promise<RedisConnection> {
  return connectRedis({
    url: config.redisUrl,
    name: `gateway-${id}`,
    buckets: config.buckets,
    inboxLength: config.inboxLength,
    inboxTtl: Math.ceil(config.inboxTtl / 1000),
    inboxBytes: config.inboxBytes,
    refWindow: config.refWindow,
    memoryShare: config.redisMemoryShare,
    replicas: config.replicasAck,
  });
}

/** A running gateway. It holds no state that cannot be rebuilt. */
export interface Gateway {
  /** Id of the gateway. Each start creates a new one. */
  readonly id: string;
  readonly port: number;
  readonly redis: RedisConnection;
  readonly hub: Hub;
  readonly presence: Presence;
  readonly counters: Counters;
  /** The open connections. */
  readonly connections: ReadonlySet<Connection>;
  /**
   * Rejects new clients and requests connected clients to reconnect to other gateways within the
   * drain time. Resolves when all clients have disconnected.
   */
  drain(): Promise<void>;
  /** Closes the port, every socket, and the connections to Redis. */
  stop(): Promise<void>;
}
