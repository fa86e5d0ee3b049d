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
import { type LinkPreviewConfig, linkPreviewConfig, linkPreviewVariables } from './link-previews/config.ts';
import { type MediaConfig, mediaConfig, mediaVariables } from './media/config.ts';
import { type PushConfig, pushConfig, pushVariables } from './push/config.ts';
import { type RetentionConfig, retentionConfig, retentionVariables } from './retention/config.ts';
import { type WebhookConfig, webhookConfig, webhookVariables } from './webhooks/config.ts';

/**
 * Reads the api's config from environment variables. README.md lists the variables. @throws
 * EnvError that lists every invalid variable
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
    ...linkPreviewVariables,
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
    linkPreviews: linkPreviewConfig(value),
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
  /** TCP port of the api. 0 picks a free port. */
  port: number;
  logLevel: LogLevel;
  /**
   * Database settings. `statementTimeout` is the maximum duration of a statement in ms;
   * `connectTimeout` is the maximum wait for a connection in ms.
   */
  database: { url: string; maxConnections: number; statementTimeout: number; connectTimeout: number };
  /** Ms without a reply after which Redis counts as unavailable. */
  redisTimeout: number;
  /** How Redis syncs writes to disk. This decides which data can be lost if its machine crashes. */
  redisDurability: 'always' | 'everysec' | 'none';
  /**
   * Settings of inboxes. `inboxTtl` is in s. `replicas` is the number of replicas that must have an
   * event before the event counts as accepted.
   */
  redis: { url: string; buckets: number; inboxLength: number; inboxTtl: number; replicas: number };
  /**
   * Who is allowed to write to a user and add the user to groups: the user's `friends`, or `anyone`
   * that the user does not block.
   */
  sendPolicy: 'friends' | 'anyone';
  /**
   * `mirror`: the recorder stores messages in PostgreSQL. `relay`: no messages are stored, so there
   * is no history.
   */
  history: 'mirror' | 'relay';
  /** Ms after a declined friend request during which the same user cannot send another one. */
  friendRequestCooldown: number;
  /** Ms for which the response to a request with an idempotency key is stored. */
  idempotencyTtl: number;
  /** Hosts from which avatar images are allowed. `*` allows any host. */
  avatarHosts: readonly string[];
  /** Whether the api writes a notice into a group when the group changes. */
  groupNotices: boolean;
  /**
   * Whether the api rejects a group whose name another group already has. The comparison ignores
   * case.
   */
  uniqueGroupNames: boolean;
  /**
   * Ms after a declined request to join a group during which the same user cannot send another one.
   */
  joinRequestCooldown: number;
  /** Ms after which a group invitation expires if the request that creates it sets no date. */
  invitationTtl: number;
  tokens: {
    /** Secret that signs refresh tokens, media URLs and device tokens. */
    secret: string;
    /** The current and the previous secret. Signatures made with either of them are valid. */
    secrets: readonly string[];
    /** Key pair that signs access tokens. Default: `secret` signs them. */
    signWith: string | TokenKey;
    verifyWith: OwnKeys;
    /** Lifetime of an access token in ms. `refresh` is that of a refresh token. */
    access: number;
    refresh: number;
  };
  /** Other issuers whose access tokens the api accepts. */
  tokenIssuers: readonly TokenIssuer[];
  /** The keys of the server API. */
  apiKeys: readonly ApiKey[];
  /** Whether browsers send the refresh cookie over HTTPS only. */
  cookieSecure: boolean;
  /** URLs of gateways that clients receive at sign-in. */
  gatewayUrls: readonly string[];
  /** Origins of other sites whose pages are allowed to call the api with the refresh cookie. */
  origins: readonly string[];
  /** Folder of the web client that the api serves. Empty: the api serves no web client. */
  webRoot: string;
  /** Addresses of proxies in front of the api whose `X-Forwarded-For` header is trusted. */
  trustedProxies: Networks;
  /** Number of trusted proxies between the client and the api. */
  proxyHops: number;
  limits: {
    /** Maximum bytes of a request body. */
    body: number;
    /** Maximum bytes of the `custom` data of one object. 0: no custom data is allowed. */
    custom: number;
    /**
     * Ms within which the headers of a request must arrive. `bodyTime` is the same limit for
     * bodies, except uploads.
     */
    headerTime: number;
    bodyTime: number;
    /**
     * Maximum memory for request bodies in flight, in bytes per process. One address can use at
     * most a quarter of it.
     */
    bodyMemory: number;
    /** Maximum number of unfinished request bodies per address. */
    unfinishedPerAddress: number;
    /** Maximum number of requests in flight in this process. */
    concurrency: number;
    /**
     * Maximum number of drafts of one user. `friends`, `friendGroups` and `blocks` are also per
     * user.
     */
    drafts: number;
    friends: number;
    friendGroups: number;
    blocks: number;
    /**
     * Maximum number of groups that a user owns. The same limit applies to the groups of other
     * owners in which the user is a member.
     */
    groups: number;
    /** Maximum number of groups of the same owner in which a user is a member. */
    groupsOfOneOwner: number;
    /**
     * Maximum number of members of a group. It is the default and the upper bound of a group's
     * `maxMembers`.
     */
    groupMembers: number;
    /** Number of members up to which a group shows senders who has read their messages. */
    readers: number;
    /**
     * Maximum number of sessions of a user. A sign-in above it ends the least recently used
     * session.
     */
    sessions: number;
    /** Maximum number of valid invitations of a group. */
    invitations: number;
    /** Maximum number of pending requests to join a group. */
    joinRequests: number;
  };
  /** Maximum number of requests per minute, of any kind, for each user, address and API key. */
  requestsPerMinute: { user: number; address: number; key: number };
  perMinute: {
    /**
     * Maximum number of friend requests per minute and user. `groupChanges` is the same limit for
     * new groups plus new members.
     */
    friendRequests: number;
    groupChanges: number;
    /** Maximum number of wrong group invitation codes per minute, both per user and per address. */
    invitationGuesses: number;
    /**
     * Maximum number of searches per minute and user. `exports`, `reports` and `drafts` are also
     * per minute and user.
     */
    searches: number;
    exports: number;
    reports: number;
    drafts: number;
    /**
     * Maximum number of inbox entries per minute that the changes of one user add to the inboxes of
     * all users.
     */
    fanOut: number;
  };
  /** Cost of a password hash. `memory` is in bytes. */
  argon2: { memory: number; time: number; parallelism: number };
  accounts: AccountConfig;
  jobs: JobConfig;
  imports: ImportConfig;
  linkPreviews: LinkPreviewConfig;
  media: MediaConfig;
  webhooks: WebhookConfig;
  hooks: HookConfig;
  /** Settings of push notifications. Undefined if push is off. */
  push: PushConfig | undefined;
  retention: RetentionConfig;
  /** Collector that receives traces of messages sent over the server API. Undefined: no traces. */
  traces: TraceConfig | undefined;
  /** Ms between two checks of the outbox for undelivered notices. */
  outboxInterval: number;
  /** Ms between two checks for messages to add to the search index. */
  indexInterval: number;
}
