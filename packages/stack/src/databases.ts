import { join } from 'node:path';
import { openLogFile } from './log-file.ts';
import { type PostgresServer, startPostgres } from './postgres/server.ts';
import { startRedisCluster } from './redis/cluster.ts';
import { type RedisServer, startRedis } from './redis/server.ts';
import { testsOnCluster } from './test/redis.ts';

/** Starts the Redis and the PostgreSQL of a stack, except one whose address is given. */
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
  /** Where data shall outlive the stack; nowhere unless given. */
  dataDir?: string | undefined;
  /** The embedded PostgreSQL's. */
  password: string;
  redisUrl?: string | undefined;
  databaseUrl?: string | undefined;
  redisCluster?: boolean | undefined;
  report: (line: string) => void;
}

/** The databases of a stack. */
export interface Databases {
  redisUrl: string;
  databaseUrl: string;
  /** Its nodes, one unless it is a cluster; none where one from outside is used. */
  redis: RedisServer[];
  /** Undefined where one from outside is used. */
  postgres: PostgresServer | undefined;
  stop(): Promise<void>;
}
