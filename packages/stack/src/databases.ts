import { join } from 'node:path';
import { openLogFile } from './log-file.ts';
import { type PostgresServer, startPostgres } from './postgres/server.ts';
import { startRedisCluster } from './redis/cluster.ts';
import { type RedisServer, startRedis } from './redis/server.ts';
import { testsOnCluster } from './test/redis.ts';

/**
 * Starts Redis and PostgreSQL. If the URL of an external server is set, uses that server instead.
 */
export async function startDatabases(options: DatabasesOptions): Promise<Databases> {
  const started = await Promise.allSettled([startAnyRedis(options), startAnyPostgres(options)]);
  const [redis, postgres] = started.map((result) => (result.status === 'fulfilled' ? result.value : undefined)) as [
    Awaited<ReturnType<typeof startAnyRedis>>,
    Awaited<ReturnType<typeof startAnyPostgres>>,
  ];
  const stop = async () => {
    await Promise.all([...(redis?.nodes ?? []).map((node) => node.stop()), postgres?.server?.stop()]);
  };
  const failure = started.find((result) => result.status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }
  return { redisUrl: redis.url, databaseUrl: postgres.url, redis: redis.nodes, postgres: postgres.server, stop };
}

async function startAnyRedis({ redisUrl, dataDir, folder, report, ...options }: DatabasesOptions) {
  if (redisUrl) return { url: redisUrl, nodes: [] };
  const onOutput = openLogFile(join(folder, 'logs/redis.log'));
  if (options.redisCluster) return await startRedisCluster();
  if (testsOnCluster && dataDir === undefined) return await startRedisCluster({ replicasPerMaster: 1 });
  const server = await startRedis({ dir: join(folder, 'redis'), onOutput, report });
  return { url: server.url, nodes: [server] };
}

async function startAnyPostgres({ databaseUrl, folder, password }: DatabasesOptions) {
  if (databaseUrl) return { url: databaseUrl, server: undefined };
  const onOutput = openLogFile(join(folder, 'logs/postgres.log'));
  const server = await startPostgres({ dir: join(folder, 'postgres'), password, onOutput });
  return { url: server.url, server };
}

export interface DatabasesOptions {
  folder: string;
  /** Folder for the data of Redis and PostgreSQL. Default: temporary folders. */
  dataDir?: string | undefined;
  /** Password of the PostgreSQL that the stack starts. */
  password: string;
  redisUrl?: string | undefined;
  databaseUrl?: string | undefined;
  redisCluster?: boolean | undefined;
  report: (line: string) => void;
}

/** The Redis and the PostgreSQL that a stack uses. */
export interface Databases {
  redisUrl: string;
  databaseUrl: string;
  /**
   * Redis nodes that were started: one, or those of a cluster. Empty if an external Redis is used.
   */
  redis: RedisServer[];
  /** PostgreSQL server that was started. Undefined if an external PostgreSQL is used. */
  postgres: PostgresServer | undefined;
  stop(): Promise<void>;
}
