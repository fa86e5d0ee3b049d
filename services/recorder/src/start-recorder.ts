import { setTimeout as sleep } from 'node:timers/promises';
import {
  checkSchema,
  type Database,
  openDatabase,
  openPool,
  readDatabaseClock,
  SchemaTooOld,
  writeBatch,
} from '@parley/database';
import { connectRedis, pingRedis, readClock } from '@parley/redis';
import {
  checkServers,
  createMetrics,
  type Log,
  startHealthServer,
  Traces,
  watchClocks,
  watchDependencies,
} from '@parley/service';
import type { RecorderConfig } from './config.ts';
import { createStoresMonitor } from './create-stores-monitor.ts';
import { buryEntry, confirmItems, trimStream } from './entries/record-stream.ts';
import { ForwardRepair } from './forward-repair.ts';
import { createLeaseStore } from './lease/lease-store.ts';
import { Leases } from './lease/leases.ts';
import { RecorderMetrics } from './metrics.ts';
import { followPushUsers } from './push/follow-push-users.ts';
import { PushUsers } from './push/push-users.ts';
import { Recorder } from './recorder.ts';
import { reportCommitted } from './report-committed.ts';
import { createRequestHandler } from './requests/create-request-handler.ts';
import { RequestReader } from './requests/request-reader.ts';
import { openSource } from './source/open-source.ts';
import { StreamEnder } from './stream-ender.ts';
import { Writer } from './writer.ts';

/**
 * Ms after which a statement fails and is retried. Necessary because nobody closes the connections
 * to a PostgreSQL server whose machine crashes.
 */
const STATEMENT_TIMEOUT_MS = 30_000;

/** Approximate number of requests that are read at a time. */
const REQUEST_BATCH = 256;

/**
 * Starts a recorder. Waits for PostgreSQL. Resolves once the port of the health server is open.
 * Rejects if Redis is unavailable or the database schema is too old. Passes the stop function of
 * each part to `onStop`. Call these functions in reverse order.
 */
export async function startRecorder(config: RecorderConfig, log: Log, onStop: OnStop): Promise<{ port: number }> {
  const { databaseUrl: url, databaseConnections, lease } = config;
  const onError = (error: unknown) => log.warn({ err: error }, 'Redis or PostgreSQL failed');

  const redis = await connectRedis({
    url: config.redisUrl,
    buckets: config.buckets,
    replicas: config.replicasAck,
    name: 'parley-recorder',
  });
  onStop('redis', () => redis.close());
  const database = { url, name: 'parley-recorder', statementTimeout: STATEMENT_TIMEOUT_MS, onError };
  const db = openDatabase({ ...database, maxConnections: databaseConnections - 1 });
  onStop('database', () => db.destroy());
  const session = {
    // Uses one query plan for all batch sizes, because planning for 16 partitions costs more time
    // than a better plan saves.
    ...{ plan_cache_mode: 'force_generic_plan', jit: 'off' },
    // Limits the time for which a transaction can be idle, so that a recorder that freezes during
    // one does not keep row locks that its successor needs.
    idle_in_transaction_session_timeout: String(Math.ceil(lease / 2)),
  };
  const pool = openPool({ ...database, maxConnections: 1 }, session);
  onStop('writing connection', () => pool.end());

  const registry = createMetrics('recorder');
  const stores = createStoresMonitor(db, redis, log, registry);
  // Reads nothing while the stores do not belong together, so that records wait in Redis.
  const held = () => (stores.matched ? leases.held() : []);
  const metrics: RecorderMetrics = new RecorderMetrics(registry, redis, () => leases.held());
  const traces =
    config.traces && new Traces({ config: config.traces, service: 'recorder', instance: String(process.pid), log });
  if (traces) onStop('traces', () => traces.stop());
  const pushUsers = config.push ? new PushUsers() : undefined;
  const requests = createRequestHandler(redis, db, () => recorder.hurry(), onError);
  const writer: Writer = new Writer({
    writeBatch: (entries, mayCommit) => writeBatch(pool, entries, mayCommit),
    confirm: (items) => confirmItems(redis, items),
    committed: (items, start) => reportCommitted({ redis, config, pushUsers, metrics, traces, log }, items, start),
    trim: (bucket, id) => trimStream(redis, redis.keys.record(bucket), id),
    bury: async (entry, reason) => {
      await buryEntry(redis, entry, reason);
      metrics.buried();
    },
    handle: (asked) => requests.handle(asked),
    failed: (error) => metrics.failed(error),
    log,
  });
  const leases: Leases = new Leases(createLeaseStore(redis), {
    duration: lease,
    margin: lease / 8,
    interval: lease / 8,
    settle: (): Promise<void> => writer.settled(),
    onError,
  });
  const records = openSource(redis, config.redisUrl, config.batch * 4, redis.keys.record);
  const recorder: Recorder = new Recorder(records, held, writer, {
    ...{ batch: config.batch, wait: config.wait, maxWait: config.maxWait },
    onError,
  });
  const reader = new RequestReader({
    source: openSource(redis, config.redisUrl, REQUEST_BATCH, redis.keys.requests),
    leases: held,
    handle: (asked) => requests.handle(asked),
    trim: (bucket, id) => trimStream(redis, redis.keys.requests(bucket), id),
    onError,
  });

  const ready = async () => {
    const reasons = stores.reason === undefined ? [] : [stores.reason];
    const unavailable = await checkServers({ Redis: () => pingRedis(redis.client), PostgreSQL: () => checkSchema(db) });
    reasons.push(...unavailable);
    if (unavailable.length === 0 && !(recorder.healthy && leases.healthy && writer.healthy))
      reasons.push('the last read or write failed');
    return { ok: reasons.length === 0, reasons };
  };
  const health = await startHealthServer({ host: config.host, port: config.port, ready, metrics: registry });
  onStop('health', () => health.stop());

  const requireStores = async () => {
    if (!stores.matched) throw new Error('Redis and PostgreSQL do not belong together');
  };
  onStop('clocks', watchClocks(registry, { redis: () => readClock(redis), postgresql: () => readDatabaseClock(db) }));
  onStop(
    'dependency checks',
    watchDependencies(
      registry,
      {
        redis: () => pingRedis(redis.client),
        postgresql: () => checkSchema(db),
        stores: requireStores,
      },
      log,
    ),
  );
  await waitForSchema(db, log);
  await stores.start();
  onStop('stores monitor', () => stores.stop());
  await leases.start();
  onStop('leases', () => leases.stop());
  const repair = new ForwardRepair(redis, held, onError);
  repair.start();
  onStop('forward repair', () => repair.stop());
  const ender = new StreamEnder(redis, held, (id) => requests.handle([{ kind: 'rebuild', id }]), onError);
  ender.start();
  onStop('stream ender', () => ender.stop());
  reader.start();
  onStop('request reader', () => reader.stop());
  if (pushUsers) {
    const followed = followPushUsers(pushUsers, db, { url, name: 'parley-recorder-push', onError });
    onStop('push users', () => followed.stop());
  }
  recorder.start();
  onStop('recorder', () => recorder.stop());
  return { port: health.port };
}

/** Rejects if the database schema is too old. Waits while PostgreSQL is unavailable. */
async function waitForSchema(db: Database, log: Log): Promise<void> {
  for (;;) {
    try {
      return await checkSchema(db);
    } catch (error) {
      if (error instanceof SchemaTooOld) throw error;
      log.warn({ err: error }, 'waiting for PostgreSQL');
      await sleep(1000);
    }
  }
}

type OnStop = (part: string, stop: () => Promise<void> | void) => void;
