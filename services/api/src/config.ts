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
  type Networks,
  networks,
  type OwnKeys,
  oneOf,
  readEnv,
  secret,
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
} from '@parley/service';
import { type AccountConfig, accountConfig, accountVariables } from './accounts/config.ts';
import { type ApiKey, apiKeys } from './http/api-keys.ts';
import { type ImportConfig, importConfig, importVariables } from './imports/config.ts';
import { type JobConfig, jobConfig, jobVariables } from './jobs/config.ts';
import { type MediaConfig, mediaConfig, mediaVariables } from './media/config.ts';
import { type PushConfig, pushConfig, pushVariables } from './push/config.ts';
import { type RetentionConfig, retentionConfig, retentionVariables } from './retention/config.ts';
import { type WebhookConfig, webhookConfig, webhookVariables } from './webhooks/config.ts';

/**
 * Reads the api's config from its environment. README.md lists the variables. @throws EnvError that
 * names every invalid variable
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
    TOKEN_SECRET_BEFORE: secret({ default: undefined, optional: true }),
    TOKEN_KEYS: tokenKeys('private'),
    TOKEN_HS256: bool({ default: (env.TOKEN_KEYS?.trim() ?? '') === '' }),
    TOKEN_ISSUERS: tokenIssuers(),
    API_KEYS: apiKeys(),
    ACCESS_TOKEN_TTL: duration({ min: second, max: day, default: 15 * minute }),
    REFRESH_TOKEN_TTL: duration({ min: minute, default: 30 * day }),
    COOKIE_SECURE: bool({ default: env.NODE_ENV === 'production' }),
    GATEWAY_URLS: list({ default: ['http://127.0.0.1:8081'] }),
    ORIGINS: list({ default: [] }),
    WEB_ROOT: text({ default: '' }),
    TRUSTED_PROXIES: networks(),
    PROXY_HOPS: integer({ min: 1, max: 10, default: 1 }),
    MAX_BODY: size({ min: 1024, default: 64 * 1024 }),
    MAX_CUSTOM: size({ min: 0, max: limits.custom, default: 4096 }),
    HEADER_TIME: duration({ min: 100, default: 10 * second }),
    BODY_TIME: duration({ min: 100, default: 15 * second }),
    BODY_MEMORY: size({ min: 64 * 1024, default: 32 * 1024 * 1024 }),
    MAX_UNFINISHED_PER_ADDRESS: integer({ min: 1, default: 128 }),
    MAX_REQUESTS_UNDER_WAY: integer({ min: 1, default: 256 }),
    MAX_DRAFTS: integer({ min: 1, default: 200 }),
    MAX_FRIENDS: integer({ min: 1, default: 5000 }),
    MAX_FRIEND_GROUPS: integer({ min: 1, default: 100 }),
    MAX_BLOCKS: integer({ min: 1, default: 5000 }),
    AVATAR_HOSTS: list({ default: [] }),
    GROUP_NOTICES: oneOf(['on', 'off'], { default: 'on' }),
    UNIQUE_GROUP_NAMES: bool({ default: false }),
    MAX_GROUPS: integer({ min: 1, default: 1000 }),
    MAX_GROUPS_OF_ONE_OWNER: integer({ min: 1, default: 100 }),
    INVITATION_TTL: duration({ min: minute, max: 3650 * day, default: 7 * day }),
    MAX_INVITATIONS: integer({ min: 1, default: 100 }),
    MAX_JOIN_REQUESTS: integer({ min: 1, default: 1000 }),
    JOIN_REQUEST_COOLDOWN: duration({ min: 0, default: 7 * day }),
    FRIEND_REQUEST_COOLDOWN: duration({ min: 0, default: 7 * day }),
    MAX_GROUP_MEMBERS: integer({ min: 1, max: 500, default: 200 }),
    MAX_READERS: integer({ min: 0, max: 500, default: 100 }),
    MAX_SESSIONS: integer({ min: 1, default: 100 }),
    REQUESTS_PER_MINUTE: integer({ min: 1, default: 1200 }),
    REQUESTS_PER_ADDRESS: integer({ min: 1, default: 6000 }),
    REQUESTS_PER_KEY: integer({ min: 1, default: 60_000 }),
    IDEMPOTENCY_TTL: duration({ min: minute, max: 30 * day, default: day }),
    FRIEND_REQUESTS_PER_MINUTE: integer({ min: 1, default: 300 }),
    GROUP_CHANGES_PER_MINUTE: integer({ min: 1, default: 300 }),
    INVITATION_GUESSES_PER_MINUTE: integer({ min: 1, default: 10 }),
    ARGON2_MEMORY: size({ min: 8 * 1024, default: 19 * 1024 * 1024 }),
    ARGON2_TIME: integer({ min: 1, max: 100, default: 2 }),
    ARGON2_PARALLELISM: integer({ min: 1, max: 16, default: 1 }),
    SEARCHES_PER_MINUTE: integer({ min: 1, default: 120 }),
    EXPORTS_PER_MINUTE: integer({ min: 1, default: 2 }),
    REPORTS_PER_MINUTE: integer({ min: 1, default: 10 }),
    DRAFTS_PER_MINUTE: integer({ min: 1, default: 240 }),
    FAN_OUT_PER_MINUTE: integer({ min: 1, default: 30_000 }),
    ...accountVariables,
    ...jobVariables,
    ...importVariables,
    ...mediaVariables,
    ...webhookVariables,
    ...hookVariables,
    ...pushVariables,
    ...retentionVariables,
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
    idempotencyTtl: value.IDEMPOTENCY_TTL,
    avatarHosts: value.AVATAR_HOSTS,
    groupNotices: value.GROUP_NOTICES === 'on',
    uniqueGroupNames: value.UNIQUE_GROUP_NAMES,
    friendRequestCooldown: value.FRIEND_REQUEST_COOLDOWN,
    joinRequestCooldown: value.JOIN_REQUEST_COOLDOWN,
    invitationTtl: value.INVITATION_TTL,
    tokens: {
      secret: value.TOKEN_SECRET,
      secrets: [value.TOKEN_SECRET, value.TOKEN_SECRET_BEFORE].filter((each) => each !== undefined),
      signWith: value.TOKEN_KEYS[0] ?? value.TOKEN_SECRET,
      verifyWith: { secret: value.TOKEN_HS256 ? value.TOKEN_SECRET : undefined, keys: value.TOKEN_KEYS },
      access: value.ACCESS_TOKEN_TTL,
      refresh: value.REFRESH_TOKEN_TTL,
    },
    tokenIssuers: value.TOKEN_ISSUERS,
    apiKeys: value.API_KEYS,
    cookieSecure: value.COOKIE_SECURE,
    gatewayUrls: value.GATEWAY_URLS,
    origins: value.ORIGINS,
    webRoot: value.WEB_ROOT,
    trustedProxies: value.TRUSTED_PROXIES,
    proxyHops: value.PROXY_HOPS,
    limits: {
      body: value.MAX_BODY,
      custom: value.MAX_CUSTOM,
      headerTime: value.HEADER_TIME,
      bodyTime: value.BODY_TIME,
      bodyMemory: value.BODY_MEMORY,
      unfinishedPerAddress: value.MAX_UNFINISHED_PER_ADDRESS,
      concurrency: value.MAX_REQUESTS_UNDER_WAY,
      drafts: value.MAX_DRAFTS,
      friends: value.MAX_FRIENDS,
      friendGroups: value.MAX_FRIEND_GROUPS,
      blocks: value.MAX_BLOCKS,
      groups: value.MAX_GROUPS,
      groupsOfOneOwner: value.MAX_GROUPS_OF_ONE_OWNER,
      groupMembers: value.MAX_GROUP_MEMBERS,
      readers: value.MAX_READERS,
      sessions: value.MAX_SESSIONS,
      invitations: value.MAX_INVITATIONS,
      joinRequests: value.MAX_JOIN_REQUESTS,
    },
    requestsPerMinute: {
      user: value.REQUESTS_PER_MINUTE,
      address: value.REQUESTS_PER_ADDRESS,
      key: value.REQUESTS_PER_KEY,
    },
    perMinute: {
      friendRequests: value.FRIEND_REQUESTS_PER_MINUTE,
      groupChanges: value.GROUP_CHANGES_PER_MINUTE,
      invitationGuesses: value.INVITATION_GUESSES_PER_MINUTE,
      searches: value.SEARCHES_PER_MINUTE,
      exports: value.EXPORTS_PER_MINUTE,
      reports: value.REPORTS_PER_MINUTE,
      drafts: value.DRAFTS_PER_MINUTE,
      fanOut: value.FAN_OUT_PER_MINUTE,
    },
    argon2: { memory: value.ARGON2_MEMORY, time: value.ARGON2_TIME, parallelism: value.ARGON2_PARALLELISM },
    accounts: accountConfig(value),
    jobs: jobConfig(value),
    imports: importConfig(value),
    media: mediaConfig(value),
    webhooks: webhookConfig(value),
    hooks: hookConfig(value),
    push: pushConfig(value),
    retention: retentionConfig(value),
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
  /** 0 picks a free port. */
  port: number;
  logLevel: LogLevel;
  /** Database settings. Timeouts in ms: of a statement, and of waiting for a connection. */
  database: { url: string; maxConnections: number; statementTimeout: number; connectTimeout: number };
  /** Ms without a reply after which Redis counts as down. */
  redisTimeout: number;
  /** How Redis syncs writes to disk, which decides what a crash of its machine may lose. */
  redisDurability: 'always' | 'everysec' | 'none';
  /**
   * `inboxTtl` is in s. `replicas`: number of replicas that must have an event before it counts as
   * accepted.
   */
  redis: { url: string; buckets: number; inboxLength: number; inboxTtl: number; replicas: number };
  /** Who may write to a user and add them to groups: friends, or anyone they do not block. */
  sendPolicy: 'friends' | 'anyone';
  /** `relay`: nothing is recorded, so there is no history. */
  history: 'mirror' | 'relay';
  /** Ms after a declined friend request within which the same user cannot send another one. */
  friendRequestCooldown: number;
  /** Ms for which the response to a request with an idempotency key is stored. */
  idempotencyTtl: number;
  /** Hosts of images that people may set as avatars. `*`: any. */
  avatarHosts: readonly string[];
  /** Whether changes of a group write a notice into it. */
  groupNotices: boolean;
  /** Whether a group with the name of another group is rejected. Ignores case. */
  uniqueGroupNames: boolean;
  /**
   * Ms after a declined request to join a group within which the same user cannot send another one.
   */
  joinRequestCooldown: number;
  /** Ms after which an invitation to a group expires. Default if the request has no date. */
  invitationTtl: number;
  tokens: {
    /** Signs refresh tokens, media URLs and device tokens. */
    secret: string;
    /** The current secret and the previous one. Signatures of both are valid. */
    secrets: readonly string[];
    /** The key pair that signs access tokens. Default: `secret`. */
    signWith: string | TokenKey;
    verifyWith: OwnKeys;
    /** Lifetimes in ms. */
    access: number;
    refresh: number;
  };
  /** Other issuers of access tokens. */
  tokenIssuers: readonly TokenIssuer[];
  /** The keys of the server API. */
  apiKeys: readonly ApiKey[];
  /** Whether browsers send the refresh cookie over HTTPS only. */
  cookieSecure: boolean;
  /** URLs of gateways that clients receive at sign-in. */
  gatewayUrls: readonly string[];
  /** Origins of other sites whose pages can call the api with its cookie. */
  origins: readonly string[];
  /** The folder of the web client to serve. Empty for none. */
  webRoot: string;
  /** Proxies in front of the api whose `X-Forwarded-For` is trusted. */
  trustedProxies: Networks;
  /** Number of trusted proxies between client and api. */
  proxyHops: number;
  limits: {
    /** Maximum bytes of a request body. */
    body: number;
    /** Maximum bytes of `custom` data of one object. 0: no custom data is allowed. */
    custom: number;
    /** Ms within which headers must arrive. `bodyTime`: the same for bodies, except uploads. */
    headerTime: number;
    bodyTime: number;
    /**
     * Maximum memory for request bodies in flight, in bytes per process. One address gets a
     * quarter.
     */
    bodyMemory: number;
    /** Maximum request bodies in flight per address. */
    unfinishedPerAddress: number;
    /** Maximum requests in flight in this process. */
    concurrency: number;
    /** Maximum drafts of one user. The following limits are also per user. */
    drafts: number;
    friends: number;
    friendGroups: number;
    blocks: number;
    /**
     * Maximum groups that a user owns. Also the maximum groups of others in which a user is a
     * member.
     */
    groups: number;
    /** Maximum groups of one owner in which a user is a member. */
    groupsOfOneOwner: number;
    /** Maximum members of a group: the default and upper bound of `maxMembers`. */
    groupMembers: number;
    /** Maximum members of a group in which senders see who has read their messages. */
    readers: number;
    /** Maximum sessions. A sign-in beyond it ends the session that was unused for longest. */
    sessions: number;
    /** Maximum valid invitations of a group. */
    invitations: number;
    /** Maximum pending requests to join a group. */
    joinRequests: number;
  };
  /** Maximum requests of any kind per minute, per user, address or API key. */
  requestsPerMinute: { user: number; address: number; key: number };
  perMinute: {
    /** Maximum per minute and user. `groupChanges` counts new groups and new members. */
    friendRequests: number;
    groupChanges: number;
    /** Maximum wrong codes of invitations to groups per minute, per user and per address. */
    invitationGuesses: number;
    /** Maximum per minute and user, as for the following three. */
    searches: number;
    exports: number;
    reports: number;
    drafts: number;
    /** Copies of events in the inboxes of users that the changes of one user cause. */
    fanOut: number;
  };
  /** The cost of a password hash. `memory` is in bytes. */
  argon2: { memory: number; time: number; parallelism: number };
  accounts: AccountConfig;
  jobs: JobConfig;
  imports: ImportConfig;
  media: MediaConfig;
  webhooks: WebhookConfig;
  hooks: HookConfig;
  /** Undefined if push is off. */
  push: PushConfig | undefined;
  retention: RetentionConfig;
  /** The collector for traces of messages that the server API sends. Undefined: no traces. */
  traces: TraceConfig | undefined;
  /** Ms between two checks of the outbox. */
  outboxInterval: number;
  /** Ms between two checks for messages to index. */
  indexInterval: number;
}
