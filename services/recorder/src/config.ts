import {
  duration,
  type Environment,
  integer,
  logLevels,
  oneOf,
  pushEndpoint,
  readEnv,
  text,
  traceConfig,
  traceVariables,
  url,
  webhooks,
} from '@parley/service';

/** Reads the recorder's settings. Throws, naming every variable that is wrong. */
export function readConfig(env: Environment) {
  const values = readEnv(env, {
    HOST: text({ default: '0.0.0.0' }),
    PORT: integer({ min: 0, max: 65_535, default: 8083 }),
    REDIS_URL: text({ default: 'redis://127.0.0.1:6379' }),
    DATABASE_URL: url<string>(['postgres', 'postgresql']),
    DATABASE_CONNECTIONS: integer({ min: 2, max: 100, default: 4 }),
    BUCKETS: integer({ min: 1, max: 16_384, default: 64 }),
    REPLICAS_ACK: integer({ min: 0, max: 10, default: 0 }),
    RECORD_BATCH: integer({ min: 1, max: 10_000, default: 1000 }),
    RECORD_WAIT: duration({ min: 0, max: 10_000, default: 20 }),
    RECORD_LEASE: duration({ min: 1000, max: 600_000, default: 8000 }),
    WEBHOOKS: webhooks(),
    PUSH_PUBLIC_KEY: text({ default: '' }),
    WEBHOOK_BACKLOG: integer({ min: 1, max: 100_000_000, default: 100_000 }),
    ...traceVariables,
    LOG_LEVEL: oneOf(logLevels, { default: 'info' }),
  });
  return {
    /** Where health and metrics are served. */
    host: values.HOST,
    port: values.PORT,
    /** Several, separated by commas, are nodes of a Redis Cluster. */
    redisUrl: values.REDIS_URL,
    databaseUrl: values.DATABASE_URL,
    /** Connections to PostgreSQL at most: one writes batches, the others rebuild permit copies. */
    databaseConnections: values.DATABASE_CONNECTIONS,
    /** The same in every process, for good. */
    buckets: values.BUCKETS,
    /** Replicas that must have an entry before it is written. */
    replicasAck: values.REPLICAS_ACK,
    /** Entries per transaction at most. */
    batch: values.RECORD_BATCH,
    /** Ms from one read to the next while entries come: what a batch gathers. */
    wait: values.RECORD_WAIT,
    /** Ms a bucket stays with a recorder that died, less those since it last renewed its lease. */
    lease: values.RECORD_LEASE,
    /** Who is told of messages, once they are committed; browsers too where the api pushes to them. */
    webhooks: values.PUSH_PUBLIC_KEY === '' ? values.WEBHOOKS : [...values.WEBHOOKS, pushEndpoint],
    /** Events that may wait for one of them. */
    webhookBacklog: values.WEBHOOK_BACKLOG,
    logLevel: values.LOG_LEVEL,
    /** Where traces of messages go; nowhere when absent. */
    traces: traceConfig(values),
  };
}

export type RecorderConfig = ReturnType<typeof readConfig>;
