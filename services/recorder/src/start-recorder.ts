import { setTimeout as sleep } from 'node:timers/promises';
import { checkSchema, type Database, openDatabase, openPool, readPermits, SchemaTooOld } from '@parley/database';
import { connectRedis, writeExternalUser, writeFacts, writePermits } from '@parley/redis';
import { createMetrics, type Log, startHealthServer, Traces } from '@parley/service';
import { announceMessages } from './announce-messages.ts';
import type { RecorderConfig } from './config.ts';
import type { Entry, FactsEntry } from './entries/entry.ts';
import { findExternal } from './find-external.ts';
import { Forwarding } from './forwarding.ts';
import { Leases } from './lease/leases.ts';
import { RecorderMetrics } from './metrics.ts';
import { readFacts } from './read-facts.ts';
import { Recorder } from './recorder.ts';
import { openSource } from './source/open-source.ts';
import { Writer } from './writer.ts';

/** Ms after which a statement is tried again: a server that died without a word answers none. */
const STATEMENT_TIMEOUT = 30_000;

/**
 * Starts a recorder; resolves once its health port is open. Redis must answer and the schema must be new enough, else it rejects;
 * PostgreSQL may come later. `onStop` gets each part's stop, to be called last one first.
 */
export async function startRecorder(config: RecorderConfig, log: Log, onStop: OnStop): Promise<{ port: number }> {
  const { databaseUrl: url, databaseConnections, lease } = config;
  const onError = (error: unknown) => log.warn({ err: error }, 'Redis or PostgreSQL fails');

  const link = await connectRedis({
    url: config.redisUrl,
    buckets: config.buckets,
    replicas: config.replicasAck,
    name: 'parley-recorder',
  });
  onStop('redis', () => link.close());
  const database = { url, name: 'parley-recorder', statementTimeout: STATEMENT_TIMEOUT, onError };
  const db = openDatabase({ ...database, maxConnections: databaseConnections - 1 });
  onStop('database', () => db.destroy());
  const session = {
    // One plan for all sizes of a batch: planning over 16 partitions costs more than it can win.
    ...{ plan_cache_mode: 'force_generic_plan', jit: 'off' },
    // A recorder frozen within a transaction must not keep its rows from the one that takes over.
    idle_in_transaction_session_timeout: String(Math.ceil(lease / 2)),
  };
  const pool = openPool({ ...database, maxConnections: 1 }, session);
  onStop('writing connection', () => pool.end());

  const registry = createMetrics('recorder');
  const metrics: RecorderMetrics = new RecorderMetrics(registry, link, () => leases.held());
  const rebuild = async (id: number) => writePermits(link, id, await readPermits(db, id));
  const find = async (external: string) => writeExternalUser(link, external, await findExternal(db, external), true);
  const { webhooks: endpoints, webhookBacklog: most } = config;
  const announce = (entries: readonly Entry[]) => announceMessages({ link, endpoints, most, log }, entries);
  const answer = async (asked: FactsEntry) => {
    const { user, chat, id } = asked;
    await writeFacts(link, user, chat, id, await readFacts(db, asked));
  };
  const traces =
    config.traces && new Traces({ config: config.traces, service: 'recorder', instance: String(process.pid), log });
  if (traces) onStop('traces', () => traces.stop());
  const writer: Writer = new Writer({ link, pool, rebuild, find, answer, announce, metrics, traces, log });
  const leases: Leases = new Leases(link, {
    duration: lease,
    margin: lease / 8,
    interval: lease / 8,
    settle: (): Promise<void> => writer.settled(),
    onError,
  });
  const source = openSource(link, config.redisUrl, config.batch * 4);
  const recorder = new Recorder(source, leases, writer, { batch: config.batch, wait: config.wait, onError });

  const ready = async () => {
    const reasons = [];
    if (!recorder.healthy || !leases.healthy) reasons.push('Redis does not answer');
    if (!writer.healthy || !(await schemaFits(db))) reasons.push('PostgreSQL does not take writes');
    return { ok: reasons.length === 0, reasons };
  };
  const health = await startHealthServer({ host: config.host, port: config.port, ready, metrics: registry });
  onStop('health', () => health.stop());

  await waitForSchema(db, log);
  await leases.start();
  onStop('leases', () => leases.stop());
  const forwarding = new Forwarding(link, leases, onError);
  forwarding.start();
  onStop('forwarding', () => forwarding.stop());
  recorder.start();
  onStop('recorder', () => recorder.stop());
  return { port: health.port };
}

/** Rejects when the schema is too old; waits as long as PostgreSQL does not answer. */
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

async function schemaFits(db: Database): Promise<boolean> {
  return await checkSchema(db).then(
    () => true,
    () => false,
  );
}

type OnStop = (part: string, stop: () => Promise<void> | void) => void;
