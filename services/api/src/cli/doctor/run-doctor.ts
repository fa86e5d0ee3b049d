import { openDatabase } from '@parley/database';
import { connectRedis } from '@parley/redis';
import type { Environment } from '@parley/service';
import type { ApiConfig } from '../../config.ts';
import { inTime, TIMEOUT_MS } from '../in-time.ts';
import { readFlags } from '../read-flags.ts';
import { attempt, type Check } from './check.ts';
import { checkPostgres } from './check-postgres.ts';
import { checkRedis } from './check-redis.ts';
import { checkSettings } from './check-settings.ts';
import { checkStores } from './check-stores.ts';

/**
 * Runs `parley doctor`. Resolves with the output, and with whether a check failed.
 *
 * @param argv the arguments after `doctor`
 * @param env the environment of the api
 */
export async function runDoctor(
  argv: readonly string[],
  env: Environment,
): Promise<{ output: string; failed: boolean }> {
  const { json, upgrade } = readFlags('doctor', argv, ['json', 'upgrade']);
  const checks = await diagnose(env, { upgrade });
  const width = Math.max(...checks.map(({ name }) => name.length));
  const line = ({ status, name, detail }: Check) =>
    `${status.padEnd(7)}  ${name.padEnd(width)}  ${detail.replaceAll('\n', ' ')}`;
  return {
    output: json ? JSON.stringify(checks) : checks.map(line).join('\n'),
    failed: checks.some(({ status }) => status === 'failed'),
  };
}

/**
 * Checks the settings, then Redis and PostgreSQL, then whether the two belong together. Writes no
 * data.
 *
 * @param env the environment of the api
 * @param options `upgrade`: checks whether the installation can be upgraded to this version
 */
export async function diagnose(env: Environment, { upgrade = false } = {}): Promise<Check[]> {
  const { config, checks } = checkSettings(env);
  if (!config) return checks;
  const [redis, database] = await Promise.all([openRedis(config, upgrade), openPostgres(config, upgrade)]);
  try {
    checks.push(...redis.checks, ...database.checks);
    if (redis.connection && database.db) {
      const { connection } = redis;
      const { db } = database;
      checks.push(...(await attempt('stores', () => inTime('a server', () => checkStores(db, connection)))));
    }
    return checks;
  } finally {
    await Promise.all([redis.connection?.close(), database.db?.destroy()]);
  }
}

async function openRedis(config: ApiConfig, upgrade: boolean) {
  let connection: Awaited<ReturnType<typeof connectRedis>> | undefined;
  const { url, buckets } = config.redis;
  const checks = await attempt('redis', async () => {
    connection = await inTime('Redis', () => connectRedis({ url, buckets, name: 'parley-doctor' }));
    const open = connection;
    return await inTime('Redis', () => checkRedis(open, config, upgrade));
  });
  return { connection, checks };
}

async function openPostgres({ database }: ApiConfig, upgrade: boolean) {
  const options = { url: database.url, maxConnections: 1, name: 'parley-doctor' };
  const db = openDatabase({ ...options, connectTimeout: TIMEOUT_MS, statementTimeout: TIMEOUT_MS });
  const checks = await attempt('postgresql', () => inTime('PostgreSQL', () => checkPostgres(db, upgrade)));
  const reached = checks.some(({ name }) => name === 'migrations');
  if (!reached) await db.destroy();
  return { db: reached ? db : undefined, checks };
}
