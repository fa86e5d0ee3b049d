import {
  duration,
  type Environment,
  integer,
  logLevels,
  oneOf,
  readEnv,
  text,
  traceConfig,
  traceVariables,
  url,
  webhooks,
} from '@parley/service';

/** Reads the recorder's settings. Throws an error that lists every invalid variable. */
export function readConfig(env: Environment) {
  const values = readEnv(env, {
    HOST: text({ default: '0.0.0.0' }),
    PORT: integer({ min: 0, max: 65_535, default: 8083 }),
    REDIS_URL: text({ default: 'redis://127.0.0.1:6379' }),
    DATABASE_URL: url<string>(['postgres', 'postgresql']),
    DATABASE_CONNECTIONS: integer({ min: 2, max: 100, default: 4 }),
    BUCKETS: integer({ min: 1, max: 16_384, default: 64 }),
    REPLICAS_ACK: integer({ min: 0, max: 10, default: 0 }),
    REDIS_DURABILITY: oneOf(['always', 'everysec', 'none'], { default: 'always' }),
    RECORD_BATCH: integer({ min: 1, max: 10_000, default: 1000 }),
    RECORD_WAIT: duration({ min: 0, max: 10_000, default: 20 }),
    RECORD_WAIT_MAX: duration({ min: 0, max: 10_000, default: 200 }),
    RECORD_LEASE: duration({ min: 1000, max: 600_000, default: 8000 }),
    WEBHOOKS: webhooks(),
    PUSH_PUBLIC_KEY: text({ default: '' }),
    FCM_PROJECT: text({ default: '' }),
    APNS_KEY_ID: text({ default: '' }),
    WEBHOOK_BACKLOG: integer({ min: 1, max: 100_000_000, default: 100_000 }),
    ...traceVariables,
    LOG_LEVEL: oneOf(logLevels, { default: 'info' }),
  });
  return {
    /** Host and port of `/healthz`, `/readyz` and `/metrics`. */
    host: values.HOST,
    port: values.PORT,
    /** Address of Redis. Several addresses separated by commas are nodes of a Redis Cluster. */
    redisUrl: values.REDIS_URL,
    databaseUrl: values.DATABASE_URL,
    /**
     * Maximum number of connections to PostgreSQL. One connection writes batches, the others serve
     * requests of gateways and apis.
     */
    databaseConnections: values.DATABASE_CONNECTIONS,
    /**
     * Number of hash buckets, the same in every process. Cannot be changed after the first start.
     */
    buckets: values.BUCKETS,
    /**
     * Number of Redis replicas that must have an entry before the recorder writes it to PostgreSQL.
     */
    replicasAck: values.REPLICAS_ACK,
    /** How Redis writes to disk, which determines how much data a crash of its machine can lose. */
    redisDurability: values.REDIS_DURABILITY,
    /** Maximum number of entries that are written in one transaction. */
    batch: values.RECORD_BATCH,
    /** Minimum ms between two reads while entries arrive. A longer time leads to larger batches. */
    wait: values.RECORD_WAIT,
    /** Maximum ms between two reads while entries arrive. */
    maxWait: values.RECORD_WAIT_MAX,
    /** Ms after which a lease ends if its recorder does not renew it, for example after a crash. */
    lease: values.RECORD_LEASE,
    /** Webhook endpoints that receive events about committed messages. */
    webhooks: values.WEBHOOKS,
    /** True if messages are pushed to devices. */
    push: [values.PUSH_PUBLIC_KEY, values.FCM_PROJECT, values.APNS_KEY_ID].some((each) => each !== ''),
    /** Maximum number of events that are queued per webhook endpoint. */
    webhookBacklog: values.WEBHOOK_BACKLOG,
    logLevel: values.LOG_LEVEL,
    /** OpenTelemetry collector that receives the traces of messages. Default: none. */
    traces: traceConfig(values),
  };
}

export type RecorderConfig = ReturnType<typeof readConfig>;
