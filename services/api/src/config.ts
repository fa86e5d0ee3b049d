import {
  bool,
  developmentSecret,
  duration,
  type Environment,
  integer,
  type LogLevel,
  list,
  logLevels,
  oneOf,
  readEnv,
  secret,
  size,
  type TokenIssuer,
  type TraceConfig,
  text,
  tokenIssuers,
  traceConfig,
  traceVariables,
  url,
} from '@parley/service';
import { type ApiKey, apiKeys } from './http/api-keys.ts';
import { type Networks, networks } from './http/networks.ts';
import { type MediaConfig, mediaConfig, mediaVariables } from './media/config.ts';
import { type PushConfig, pushConfig, pushVariables } from './push/config.ts';
import { type WebhookConfig, webhookConfig, webhookVariables } from './webhooks/config.ts';

/**
 * The api's config from its environment; README.md lists the variables.
 *
 * @throws EnvError naming every variable that cannot be used
 */
export function readConfig(env: Environment): ApiConfig {
  const value = readEnv(env, {
    HOST: text({ default: '0.0.0.0' }),
    PORT: integer({ min: 0, max: 65_535, default: 8080 }),
    LOG_LEVEL: oneOf(logLevels, { default: 'info' }),
    DATABASE_URL: url(['postgres', 'postgresql']),
    DATABASE_CONNECTIONS: integer({ min: 1, max: 1000, default: 10 }),
    DATABASE_TIMEOUT: duration({ min: 100, default: 10 * second }),
    REDIS_URL: url(['redis', 'rediss'], { several: true, default: 'redis://127.0.0.1:6379' }),
    REDIS_TIMEOUT: duration({ min: 100, default: 5 * second }),
    BUCKETS: integer({ min: 1, max: 16_384, default: 64 }),
    INBOX_LENGTH: integer({ min: 1, default: 1000 }),
    INBOX_TTL: duration({ min: second, default: 30 * day }),
    REPLICAS_ACK: integer({ min: 0, max: 10, default: 0 }),
    REDIS_DURABILITY: oneOf(['always', 'everysec', 'none'], { default: 'always' }),
    SEND_POLICY: oneOf(['friends', 'anyone'], { default: 'friends' }),
    HISTORY: oneOf(['mirror', 'relay'], { default: 'mirror' }),
    TOKEN_SECRET: secret({ default: developmentSecret }),
    TOKEN_ISSUERS: tokenIssuers(),
    API_KEYS: apiKeys(),
    ACCESS_TOKEN_TTL: duration({ min: second, max: day, default: 15 * minute }),
    REFRESH_TOKEN_TTL: duration({ min: minute, default: 30 * day }),
    COOKIE_SECURE: bool({ default: env.NODE_ENV === 'production' }),
    GATEWAY_URLS: list({ default: ['http://127.0.0.1:8081'] }),
    ORIGINS: list({ default: [] }),
    WEB_ROOT: text({ default: '' }),
    TRUSTED_PROXIES: networks(),
    MAX_BODY: size({ min: 1024, default: 64 * 1024 }),
    MAX_REQUESTS_UNDER_WAY: integer({ min: 1, default: 256 }),
    MAX_FRIENDS: integer({ min: 1, default: 5000 }),
    MAX_FRIEND_GROUPS: integer({ min: 1, default: 100 }),
    MAX_BLOCKS: integer({ min: 1, default: 5000 }),
    MAX_GROUPS: integer({ min: 1, default: 1000 }),
    MAX_GROUP_MEMBERS: integer({ min: 1, max: 500, default: 200 }),
    MAX_SESSIONS: integer({ min: 1, default: 100 }),
    REQUESTS_PER_MINUTE: integer({ min: 1, default: 1200 }),
    REQUESTS_PER_ADDRESS: integer({ min: 1, default: 6000 }),
    REQUESTS_PER_KEY: integer({ min: 1, default: 60_000 }),
    REGISTRATIONS_PER_MINUTE: integer({ min: 1, default: 100 }),
    SIGN_INS_PER_MINUTE: integer({ min: 1, default: 10 }),
    SIGN_INS_PER_ADDRESS: integer({ min: 1, default: 100 }),
    FRIEND_REQUESTS_PER_MINUTE: integer({ min: 1, default: 300 }),
    GROUP_CHANGES_PER_MINUTE: integer({ min: 1, default: 300 }),
    ARGON2_MEMORY: size({ min: 8 * 1024, default: 19 * 1024 * 1024 }),
    ARGON2_TIME: integer({ min: 1, max: 100, default: 2 }),
    ARGON2_PARALLELISM: integer({ min: 1, max: 16, default: 1 }),
    SEARCHES_PER_MINUTE: integer({ min: 1, default: 120 }),
    EXPORTS_PER_MINUTE: integer({ min: 1, default: 2 }),
    ...mediaVariables,
    ...webhookVariables,
    ...pushVariables,
    ...traceVariables,
    OUTBOX_INTERVAL: duration({ min: 10, default: second }),
    INDEX_INTERVAL: duration({ min: 10, default: 10 * second }),
  });
  return {
    host: value.HOST,
    port: value.PORT,
    logLevel: value.LOG_LEVEL,
    database: {
      url: value.DATABASE_URL,
      maxConnections: value.DATABASE_CONNECTIONS,
      statementTimeout: value.DATABASE_TIMEOUT,
      connectTimeout: Math.min(value.DATABASE_TIMEOUT, 5 * second),
    },
    redisTimeout: value.REDIS_TIMEOUT,
    redisDurability: value.REDIS_DURABILITY,
    redis: {
      url: value.REDIS_URL,
      buckets: value.BUCKETS,
      inboxLength: value.INBOX_LENGTH,
      inboxTtl: Math.ceil(value.INBOX_TTL / second),
      replicas: value.REPLICAS_ACK,
    },
    sendPolicy: value.SEND_POLICY,
    history: value.HISTORY,
    tokens: { secret: value.TOKEN_SECRET, access: value.ACCESS_TOKEN_TTL, refresh: value.REFRESH_TOKEN_TTL },
    tokenIssuers: value.TOKEN_ISSUERS,
    apiKeys: value.API_KEYS,
    cookieSecure: value.COOKIE_SECURE,
    gatewayUrls: value.GATEWAY_URLS,
    origins: value.ORIGINS,
    webRoot: value.WEB_ROOT,
    trustedProxies: value.TRUSTED_PROXIES,
    limits: {
      body: value.MAX_BODY,
      concurrency: value.MAX_REQUESTS_UNDER_WAY,
      friends: value.MAX_FRIENDS,
      friendGroups: value.MAX_FRIEND_GROUPS,
      blocks: value.MAX_BLOCKS,
      groups: value.MAX_GROUPS,
      groupMembers: value.MAX_GROUP_MEMBERS,
      sessions: value.MAX_SESSIONS,
    },
    requestsPerMinute: {
      user: value.REQUESTS_PER_MINUTE,
      address: value.REQUESTS_PER_ADDRESS,
      key: value.REQUESTS_PER_KEY,
    },
    perMinute: {
      registrations: value.REGISTRATIONS_PER_MINUTE,
      signIns: value.SIGN_INS_PER_MINUTE,
      signInsPerAddress: value.SIGN_INS_PER_ADDRESS,
      friendRequests: value.FRIEND_REQUESTS_PER_MINUTE,
      groupChanges: value.GROUP_CHANGES_PER_MINUTE,
      searches: value.SEARCHES_PER_MINUTE,
      exports: value.EXPORTS_PER_MINUTE,
    },
    argon2: { memory: value.ARGON2_MEMORY, time: value.ARGON2_TIME, parallelism: value.ARGON2_PARALLELISM },
    media: mediaConfig(value),
    webhooks: webhookConfig(value),
    push: pushConfig(value),
    traces: traceConfig(value),
    outboxInterval: value.OUTBOX_INTERVAL,
    indexInterval: value.INDEX_INTERVAL,
  };
}

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

export interface ApiConfig {
  host: string;
  /** 0 takes a free one. */
  port: number;
  logLevel: LogLevel;
  /** Times in ms: for a statement, and for a free connection. */
  database: { url: string; maxConnections: number; statementTimeout: number; connectTimeout: number };
  /** Ms after which a Redis that is silent counts as away. */
  redisTimeout: number;
  /** What a crash of Redis' machine may lose. */
  redisDurability: 'always' | 'everysec' | 'none';
  /** `inboxTtl` in s; `replicas` must have an event before it counts as accepted. */
  redis: { url: string; buckets: number; inboxLength: number; inboxTtl: number; replicas: number };
  /** Who may write to a user, and add them to groups: friends, or anyone they do not block. */
  sendPolicy: 'friends' | 'anyone';
  /** `relay`: nothing is recorded, so there is no history to read. */
  history: 'mirror' | 'relay';
  /** Lifetimes in ms. */
  tokens: { secret: string; access: number; refresh: number };
  /** Who else issues access tokens. */
  tokenIssuers: readonly TokenIssuer[];
  /** Who may use the server API. */
  apiKeys: readonly ApiKey[];
  /** Whether the refresh cookie is sent over HTTPS only. */
  cookieSecure: boolean;
  /** Told to clients at sign-in. */
  gatewayUrls: readonly string[];
  /** Of other sites whose pages may call the api with its cookie. */
  origins: readonly string[];
  /** The folder of the web client to be served; empty for none. */
  webRoot: string;
  /** Proxies in front of the api, whose `X-Forwarded-For` is believed. */
  trustedProxies: Networks;
  limits: {
    /** Bytes of a request's body. */
    body: number;
    /** Requests being answered at once, of this process. */
    concurrency: number;
    /** Per user, unless said otherwise, as what follows. */
    friends: number;
    friendGroups: number;
    blocks: number;
    /** That a user is in. */
    groups: number;
    /** Of one group: what it gets, and at most may be given. */
    groupMembers: number;
    /** Signing in once more ends the session unused for longest. */
    sessions: number;
  };
  /** Of any kind: of a user, an address, an API key. */
  requestsPerMinute: { user: number; address: number; key: number };
  perMinute: {
    /** Per address. */
    registrations: number;
    /** Per account. */
    signIns: number;
    signInsPerAddress: number;
    /** Per user, as the next. */
    friendRequests: number;
    /** Making groups and adding members. */
    groupChanges: number;
    /** Per user, as the next. */
    searches: number;
    exports: number;
  };
  /** The cost of a password's hash; `memory` in bytes. */
  argon2: { memory: number; time: number; parallelism: number };
  media: MediaConfig;
  webhooks: WebhookConfig;
  /** Undefined where browsers are not pushed to. */
  push: PushConfig | undefined;
  /** Where traces of messages that the server API sends go; nowhere when absent. */
  traces: TraceConfig | undefined;
  /** Ms between two looks for what Redis has yet to be told. */
  outboxInterval: number;
  /** Ms between two looks for messages to be indexed for search. */
  indexInterval: number;
}
