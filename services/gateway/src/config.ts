import { limits } from '@parley/protocol';
import {
  bool,
  developmentSecret,
  duration,
  type Environment,
  type HookConfig,
  hookConfig,
  hookVariables,
  integer,
  type LogLevel,
  list,
  logLevels,
  oneOf,
  readEnv,
  secret,
  share,
  size,
  type TokenIssuer,
  type TokenKey,
  type TraceConfig,
  text,
  tokenIssuers,
  tokenKeys,
  traceConfig,
  traceVariables,
  url,
  type WebhookEndpoint,
  webhooks,
} from '@parley/service';

import { type RateConfig, rateConfig, rateVariables } from './rate-config.ts';

/** Settings of a gateway. Times are in ms, sizes in bytes. */
export interface Config extends RateConfig {
  host: string;
  /** 0 = any free port. */
  port: number;
  /**
   * URL of Redis, such as `redis://localhost:6379`. Several URLs, separated by commas, are nodes of
   * a Redis Cluster.
   */
  redisUrl: string;
  /** Number of Redis replicas that must have a message before the gateway acknowledges it. */
  replicasAck: number;
  /**
   * Number of hash buckets that spread users over the nodes of a Redis Cluster. Cannot be changed
   * after the first start.
   */
  buckets: number;
  /**
   * Secret that verifies access tokens signed with HS256. Undefined: the gateway rejects such
   * tokens.
   */
  tokenSecret: string | undefined;
  /** Public keys that verify access tokens signed with ES256. */
  tokenKeys: readonly TokenKey[];
  /** External issuers of access tokens, with the keys that verify their tokens. */
  tokenIssuers: readonly TokenIssuer[];
  /**
   * Origins whose web pages are allowed to connect, in addition to the gateway's own host. `*`
   * allows all origins.
   */
  origins: readonly string[];
  logLevel: LogLevel;
  /** Whether removals of others' messages are written to the audit log. */
  auditLog: boolean;
  /** `mirror`: the recorder stores messages in PostgreSQL. `relay`: nothing is stored there. */
  history: 'mirror' | 'relay';
  /**
   * `multi`: a user can have several connections. `single`: a new connection of a user closes the
   * previous one.
   */
  sessionPolicy: 'multi' | 'single';
  /**
   * `friends`: only friends can write to each other. `anyone`: strangers can write to each other
   * too.
   */
  sendPolicy: 'friends' | 'anyone';
  maxConnectionsPerUser: number;
  /** Maximum bytes of all headers of a request. */
  maxHeaders: number;
  /**
   * Socket library: uWebSockets.js (`uws`) or `node:http` with `ws` (`node`). `auto` uses
   * uWebSockets.js if it has a binary for this machine.
   */
  sockets: 'auto' | 'uws' | 'node';
  /** Whether LayIM, a chat widget for web pages, can connect. */
  layim: 'on' | 'off';
  /** Time within which the headers and body of a request must arrive. */
  requestTime: number;
  /**
   * Maximum number of requests whose body is still incomplete: first per user, then per address.
   */
  maxUnfinishedPerUser: number;
  maxUnfinishedPerAddress: number;
  /**
   * Time between two pings of a connection. A connection that is silent for twice this time is
   * closed.
   */
  heartbeat: number;
  /**
   * Time within which clients must reconnect to other gateways after SIGTERM. Each client gets a
   * random moment in it.
   */
  drainTime: number;
  /** Time without progress after which the gateway closes the connection of a slow reader. */
  stallTime: number;
  /**
   * Number of unsent bytes above which a connection stops forwarding live events and reads its
   * inbox in pages instead.
   */
  maxUnsent: number;
  /** Maximum number of frames in flight, on all connections of the gateway together. */
  maxUnderWay: number;
  /**
   * Target duration of a command to Redis, in ms. While commands last longer, the gateway admits
   * fewer frames.
   */
  maxWait: number;
  /**
   * Bytes of Redis' memory for messages and changes that are not in PostgreSQL yet. Above this
   * limit the gateway rejects new ones.
   */
  recordBacklog: number;
  /** Maximum number of connections that are being opened at the same time. */
  maxOpening: number;
  /** Maximum size of the `custom` data of one message, in bytes. 0: no custom data is allowed. */
  maxCustom: number;
  /** Time within which users can recall a message that they sent. */
  recallWindow: number;
  /** Time without appended text after which a streamed message ends by itself. */
  streamIdle: number;
  /** Maximum duration of a streamed message, after which it ends by itself. */
  streamTime: number;
  /** Time for which text appended to a streamed message is collected before it is delivered. */
  streamWindow: number;
  /** Maximum number of open streamed messages per user. */
  maxStreams: number;
  /** Maximum number of pinned messages per chat. */
  maxPins: number;
  /** Whether pinning a message in a group writes a notice (a system message) into the group. */
  groupNotices: boolean;
  /** Approximate maximum number of events in an inbox. */
  inboxLength: number;
  /** Time after which an inbox that is not used expires. */
  inboxTtl: number;
  /** Approximate maximum memory of an inbox in Redis. */
  inboxBytes: number;
  /** Time for which a message with the same ref counts as a resend of the first one. */
  refWindow: number;
  /** Fraction of Redis' `maxmemory`, from 0 to 1, above which the gateway rejects messages. */
  redisMemoryShare: number;
  /**
   * When Redis syncs writes to disk. Writes that are not synced are lost if the machine of Redis
   * crashes.
   */
  redisDurability: 'always' | 'everysec' | 'none';
  /** HTTP endpoints of the operator (hooks) that can refuse or change messages and edits. */
  hooks: HookConfig;
  /** HTTP endpoints that receive an event when a user comes online or goes offline. */
  webhooks: readonly WebhookEndpoint[];
  /** Maximum number of queued events per webhook endpoint. */
  webhookBacklog: number;
  /**
   * Time between two delivery probes: messages that the gateway publishes to itself. Without a
   * probe for three intervals, the gateway is not ready.
   */
  probeInterval: number;
  /** Where traces of messages are exported to. Undefined: tracing is off. */
  traces: TraceConfig | undefined;
}

/**
 * Reads the config from environment variables.
 *
 * @throws EnvError that lists every invalid variable
 */
export function readConfig(env: Environment): Config {
  // A gateway with public keys verifies tokens without a secret, and cannot sign any.
  const hasKeys = (env.TOKEN_PUBLIC_KEYS?.trim() ?? '') !== '';
  const values = readEnv(env, {
    HOST: text({ default: '0.0.0.0' }),
    PORT: integer({ min: 0, max: 65535, default: 8081 }),
    REDIS_URL: url(['redis', 'rediss'], { several: true, default: 'redis://127.0.0.1:6379' }),
    REPLICAS_ACK: integer({ min: 0, max: 10, default: 0 }),
    BUCKETS: integer({ min: 1, max: 16384, default: 64 }),
    TOKEN_SECRET: hasKeys ? secret({ default: undefined, optional: true }) : secret({ default: developmentSecret }),
    TOKEN_PUBLIC_KEYS: tokenKeys('public'),
    TOKEN_ISSUERS: tokenIssuers(),
    ORIGINS: list({ default: [] }),
    LOG_LEVEL: oneOf(logLevels, { default: 'info' }),
    AUDIT_LOG: bool({ default: true }),
    HISTORY: oneOf(['mirror', 'relay'], { default: 'mirror' }),
    SESSION_POLICY: oneOf(['multi', 'single'], { default: 'multi' }),
    SEND_POLICY: oneOf(['friends', 'anyone'], { default: 'friends' }),
    MAX_CONNECTIONS_PER_USER: integer({ min: 1, max: 10_000, default: 16 }),
    MAX_HEADERS: size({ min: 4096, max: 65_536, default: 16 * 1024 }),
    SOCKETS: oneOf(['auto', 'uws', 'node'], { default: 'auto' }),
    LAYIM: oneOf(['on', 'off'], { default: 'on' }),
    GROUP_NOTICES: oneOf(['on', 'off'], { default: 'on' }),
    REQUEST_TIME: duration({ min: 100, max: 600_000, default: 10_000 }),
    MAX_UNFINISHED_PER_USER: integer({ min: 1, max: 1_000_000, default: 16 }),
    MAX_UNFINISHED_PER_ADDRESS: integer({ min: 1, max: 1_000_000, default: 256 }),
    HEARTBEAT: duration({ min: 1000, max: 600_000, default: 25_000 }),
    DRAIN_TIME: duration({ min: 0, max: 3_600_000, default: 10_000 }),
    STALL_TIME: duration({ min: 1000, max: 3_600_000, default: 60_000 }),
    MAX_UNSENT: size({ min: 16 * 1024, default: 256 * 1024 }),
    ...rateVariables,
    MAX_UNDER_WAY: integer({ min: 64, max: 1_000_000, default: 1024 }),
    MAX_WAIT: duration({ min: 10, max: 600_000, default: 250 }),
    RECORD_BACKLOG: size({ min: 1024 ** 2, default: 1024 ** 3 }),
    MAX_OPENING: integer({ min: 1, max: 1_000_000, default: 500 }),
    MAX_CUSTOM: size({ min: 0, max: limits.custom, default: 4096 }),
    RECALL_WINDOW: duration({ min: 0, default: 120_000 }),
    STREAM_IDLE: duration({ min: 1000, max: 3_600_000, default: 60_000 }),
    STREAM_TIME: duration({ min: 1000, max: 86_400_000, default: 600_000 }),
    STREAM_WINDOW: duration({ min: 0, max: 10_000, default: 200 }),
    MAX_STREAMS: integer({ min: 0, max: 100_000, default: 32 }),
    MAX_PINS: integer({ min: 0, max: 1000, default: 50 }),
    INBOX_LENGTH: integer({ min: 100, max: 1_000_000, default: 1000 }),
    INBOX_TTL: duration({ min: 3_600_000, default: 30 * 86_400_000 }),
    INBOX_BYTES: size({ min: 64 * 1024, default: 4 * 1024 * 1024 }),
    REF_WINDOW: duration({ min: 60_000, max: 86_400_000, default: 600_000 }),
    REDIS_MEMORY_SHARE: share({ default: 0.9 }),
    REDIS_DURABILITY: oneOf(['always', 'everysec', 'none'], { default: 'always' }),
    ...hookVariables,
    WEBHOOKS: webhooks(),
    WEBHOOK_BACKLOG: integer({ min: 1, max: 100_000_000, default: 100_000 }),
    PROBE_INTERVAL: duration({ min: 100, max: 60_000, default: 5000 }),
    ...traceVariables,
  });
  return {
    host: values.HOST,
    port: values.PORT,
    redisUrl: values.REDIS_URL,
    replicasAck: values.REPLICAS_ACK,
    buckets: values.BUCKETS,
    tokenSecret: values.TOKEN_SECRET,
    tokenKeys: values.TOKEN_PUBLIC_KEYS,
    tokenIssuers: values.TOKEN_ISSUERS,
    origins: values.ORIGINS,
    logLevel: values.LOG_LEVEL,
    auditLog: values.AUDIT_LOG,
    history: values.HISTORY,
    sessionPolicy: values.SESSION_POLICY,
    sendPolicy: values.SEND_POLICY,
    maxConnectionsPerUser: values.MAX_CONNECTIONS_PER_USER,
    maxHeaders: values.MAX_HEADERS,
    sockets: values.SOCKETS,
    layim: values.LAYIM,
    requestTime: values.REQUEST_TIME,
    maxUnfinishedPerUser: values.MAX_UNFINISHED_PER_USER,
    maxUnfinishedPerAddress: values.MAX_UNFINISHED_PER_ADDRESS,
    heartbeat: values.HEARTBEAT,
    drainTime: values.DRAIN_TIME,
    stallTime: values.STALL_TIME,
    maxUnsent: values.MAX_UNSENT,
    ...rateConfig(values),
    maxUnderWay: values.MAX_UNDER_WAY,
    maxWait: values.MAX_WAIT,
    recordBacklog: values.RECORD_BACKLOG,
    maxOpening: values.MAX_OPENING,
    maxCustom: values.MAX_CUSTOM,
    recallWindow: values.RECALL_WINDOW,
    streamIdle: values.STREAM_IDLE,
    streamTime: values.STREAM_TIME,
    streamWindow: values.STREAM_WINDOW,
    maxStreams: values.MAX_STREAMS,
    maxPins: values.MAX_PINS,
    groupNotices: values.GROUP_NOTICES === 'on',
    inboxLength: values.INBOX_LENGTH,
    inboxTtl: values.INBOX_TTL,
    inboxBytes: values.INBOX_BYTES,
    refWindow: values.REF_WINDOW,
    redisMemoryShare: values.REDIS_MEMORY_SHARE,
    redisDurability: values.REDIS_DURABILITY,
    hooks: hookConfig(values),
    webhooks: values.WEBHOOKS,
    webhookBacklog: values.WEBHOOK_BACKLOG,
    probeInterval: values.PROBE_INTERVAL,
    traces: traceConfig(values),
  };
}
