import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem, type } from 'node:os';
import { startPostgres, startRedis } from '@parley/stack';
import { Redis } from 'ioredis';
import pg from 'pg';

/** Describes this machine without names that identify its owner. */
export async function machine(): Promise<Machine> {
  const [load = 0] = loadavg();
  const [redis, postgres] = await Promise.all([redisVersion(), postgresVersion()]);
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    load: Number(load.toFixed(2)),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim()}`,
    node: process.versions.node,
    redis,
    postgres,
  };
}

async function redisVersion(): Promise<string> {
  await using server = await startRedis();
  const client = new Redis(server.url);
  const info = await client.info('server');
  client.disconnect();
  return /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown';
}

async function postgresVersion(): Promise<string> {
  await using server = await startPostgres();
  const client = new pg.Client(server.url);
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  await client.end();
  return rows[0]?.server_version.split(' ')[0] ?? 'unknown';
}

export interface Machine {
  cpu: string;
  cores: number;
  /** Average number of processes that ran or waited to run during the previous minute. */
  load: number;
  memory: string;
  system: string;
  node: string;
  redis: string;
  postgres: string;
}
