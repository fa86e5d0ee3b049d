import {
  inspectServers,
  problemsOf,
  type RedisConnection,
  type RedisServerState,
  readBackups,
  readClock,
  readProcesses,
  readRecordLag,
} from '@parley/redis';
import type { ApiConfig } from '../../config.ts';
import { sharedSettings } from '../../shared-settings.ts';
import { type Check, failed, ok, warning, warnings } from './check.ts';
import { checkClock, clockDifference } from './check-clock.ts';

/** Age in hours from which a backup is late. The alert `ParleyBackupLate` uses the same age. */
const MAX_BACKUP_HOURS = 36;

/** Age in hours that the last backup of each store may have at an upgrade. */
const MAX_UPGRADE_BACKUP_HOURS = 24;

/** Age in ms from which a record that waits for a recorder is a reason not to upgrade. */
const MAX_RECORD_AGE_MS = 60_000;

/**
 * Checks the Redis servers, and whether the running processes use the same settings as this config.
 *
 * @param upgrade whether to check what an upgrade needs: a backup of this day, and no old records
 */
export async function checkRedis(redis: RedisConnection, config: ApiConfig, upgrade: boolean): Promise<Check[]> {
  const servers = await inspectServers(redis);
  return [
    ...servers.flatMap((server) => checkServer(server, config)),
    checkClock('redis clock', 'Redis', await clockDifference(() => readClock(redis))),
    ...(upgrade ? requireBackups(await readBackups(redis)) : checkBackups(await readBackups(redis))),
    ...(upgrade ? await checkRecords(redis) : []),
    ...(await checkProcesses(redis, config)),
  ];
}

function checkServer(server: RedisServerState, { redisDurability: durability }: ApiConfig): Check[] {
  const { address, version, maxMemory, settings } = server;
  const checks = problemsOf(server, durability).map((problem) => failed('redis settings', problem));
  if (checks.length === 0) {
    const found = ['maxmemory-policy', 'appendonly', 'appendfsync'].map((name) => `${name} ${settings[name]}`);
    checks.push(ok('redis settings', `Redis ${version} at ${address} has ${found.join(', ')}`));
  }
  if (durability !== 'always')
    checks.push(
      warning('redis settings', `REDIS_DURABILITY is ${durability}: a crash of Redis' machine loses messages`),
    );
  if (maxMemory === 0)
    checks.push(
      warning(
        'redis memory',
        `Redis at ${address} has no maxmemory: the kernel kills it when the machine runs out of memory`,
      ),
    );
  return checks;
}

/** Checks the age of the last backups. Their dates are in Unix seconds. */
function checkBackups(backups: Readonly<Record<string, number>>): Check[] {
  const noted = Object.entries(backups);
  if (noted.length === 0)
    return [
      warning(
        'backups',
        'No backup is stored in Redis. Make one and store its time, as deploy/guides/back-up.md describes',
      ),
    ];
  const hours = (seconds: number) => Math.round((Date.now() / 1000 - seconds) / 3600);
  const old = noted
    .filter(([, seconds]) => hours(seconds) > MAX_BACKUP_HOURS)
    .map(([store, seconds]) => `The last backup of ${store} is ${hours(seconds)} hours old`);
  return warnings('backups', old, `The last backups are at most ${MAX_BACKUP_HOURS} hours old`);
}

function requireBackups(backups: Readonly<Record<string, number>>): Check[] {
  const late = ['redis', 'postgresql'].filter(
    (store) => Date.now() / 1000 - (backups[store] ?? 0) > MAX_UPGRADE_BACKUP_HOURS * 3600,
  );
  if (late.length === 0) return [ok('backups', `The last backups are at most ${MAX_UPGRADE_BACKUP_HOURS} hours old`)];
  return [failed('backups', `There is no backup of ${late.join(' and ')} of the last 24 hours. Make one first`)];
}

/**
 * Checks whether records wait long for a recorder, which the previous release should write first.
 */
async function checkRecords(redis: RedisConnection): Promise<Check[]> {
  const lags = await readRecordLag(redis);
  const age = Date.now() - Math.min(...lags.map(({ oldest }) => oldest), Number.POSITIVE_INFINITY);
  if (age < MAX_RECORD_AGE_MS) return [ok('records', 'Recorders have written all records of more than a minute ago')];
  return [failed('records', `Records have waited for ${Math.round(age / 1000)} s. Let the recorders write them first`)];
}

async function checkProcesses(redis: RedisConnection, config: ApiConfig): Promise<Check[]> {
  const own: Record<string, string> = { BUCKETS: String(config.redis.buckets), ...sharedSettings(config) };
  const { processes, fixed } = await readProcesses(redis);
  const others = [{ name: 'the data in Redis', settings: fixed }, ...processes];
  const checks = others.flatMap(({ name, settings }) =>
    Object.entries(settings)
      .filter(([setting, value]) => own[setting] !== undefined && own[setting] !== value)
      .map(([setting, value]) => failed('processes', `${setting} is ${own[setting]} here, but ${value} for ${name}`)),
  );
  const running = (service: string) => processes.filter(({ name }) => name.startsWith(`${service} `)).length;
  const counts = ['api', 'gateway', 'recorder'].map((service) => [service, running(service)] as const);
  const missing = counts.filter(
    ([service, count]) => count === 0 && (service !== 'recorder' || config.history === 'mirror'),
  );
  if (missing.length > 0) {
    const names = missing.map(([service]) => service).join(', ');
    checks.push(warning('processes', `No process of these services runs: ${names}`));
  } else if (checks.length === 0) {
    const found = counts.map(([service, count]) => `${service} ${count}`).join(', ');
    checks.push(ok('processes', `Running with the same settings: ${found}`));
  }
  return checks;
}
