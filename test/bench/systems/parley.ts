import { openPool } from '@parley/database';
import { connectRedis, type RedisConnection, writePermits } from '@parley/redis';
import { signToken } from '@parley/service';
import { startRedisCluster, startStack, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { readHistogram } from '../measure/histogram.ts';
import type { System } from './system.ts';

/**
 * Starts Parley as `npm start` does, by default with two gateways. With several Redis masters,
 * starts a Redis Cluster. Rate limits are active, but so high that benchmarks do not reach them.
 */
export async function startParley({
  gateways: count = 2,
  masters = 1,
  bounded,
  limited,
  sockets,
  env: more,
}: ParleyOptions = {}): Promise<System> {
  const cluster = masters > 1 ? await startRedisCluster({ masters }) : undefined;
  const env = {
    ...process.env,
    ...environment,
    ...(limited ? { SEND_POLICY: 'anyone' } : highRates),
    ...(bounded || limited ? {} : unbounded),
    ...(sockets && { SOCKETS: sockets }),
    ...more,
  };
  const stack = await startStack({ gateways: count, recorders: 1, env, redisUrl: cluster?.url });
  const { api, gateways, recorders } = stack.processes;
  const { postgres } = stack.databases;
  const redis = cluster?.nodes ?? stack.databases.redis;
  const pool = openPool({ url: stack.databaseUrl, name: 'bench' });
  const link = await connectRedis({ url: stack.redisUrl, name: 'bench' });
  return {
    name: 'parley',
    processes: {
      gateways: gateways.map((gateway) => gateway.pid),
      redis: redis.map((node) => node.pid),
      recorder: recorders.map((recorder) => recorder.pid),
      postgres: [postgres?.pid ?? -1],
      api: [api.pid],
    },
    apiUrl: api.url,
    ports: gateways.map((gateway) => gateway.port),
    createUsers: async (count) => {
      const { rows } = await pool.query<{ id: number }>(createUsers, [count]);
      await Promise.all(rows.map(({ id }, index) => befriend(link, id, (rows[index ^ 1] as { id: number }).id)));
      return rows.map(({ id }) => ({ id, token: token(id) }));
    },
    token,
    redisMemory: async () => {
      const used = await Promise.all(redis.map((node) => usedMemory(node.url)));
      return used.reduce((sum, each) => sum + each);
    },
    createGroup: async (members) => {
      const { rows } = await pool.query<{ id: number }>(createGroup, [members]);
      const [{ id } = { id: 0 }] = rows;
      await writePermits(link, id, { kind: 'group', version: 1, members });
      return id;
    },
    recorded: () =>
      waitFor(() => emptyRecord(link), { timeout: 120_000, message: 'the recorder did not finish' }).then(),
    recordLag: () => readHistogram(`${recorders[0]?.url}/metrics`, LAG),
    countRows: async () => {
      const { rows } = await pool.query(countRows);
      return rows[0];
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([pool.end(), link.close()]);
      await stack.stop();
      await cluster?.stop();
    },
  };
}

const secret = 'a secret for benchmarks only, long enough';

const environment = {
  NODE_ENV: 'production',
  TOKEN_SECRET: secret,
  LOG_LEVEL: 'warn',
};

const highRates = {
  SEND_RATE: '1000000',
  SEND_BURST: '1000000',
  FRAME_RATE: '1000000',
  FRAME_BURST: '1000000',
  SEND_BYTES: '1GiB',
  SEND_BYTES_BURST: '1GiB',
  FRAME_BYTES: '1GiB',
  FRAME_BYTES_BURST: '1GiB',
};

const unbounded = { MAX_UNDER_WAY: '1000000', MAX_WAIT: '10m' };

/** Name of the recorder's histogram of the seconds from accepting a message to its commit. */
const LAG = 'parley_record_lag_seconds';

const createUsers = `
  with made as (
    insert into users (username, name)
    select 'bench-' || substr(md5(random()::text), 1, 16), 'Bench ' || n from generate_series(1, $1::int) n
    returning id
  ), numbered as (
    select id, row_number() over (order by id) as n from made
  ), befriended as (
    insert into friendships (user_id, friend_id)
    select a.id, b.id from numbered a join numbered b on a.n <> b.n and (a.n + 1) / 2 = (b.n + 1) / 2
  )
  select id from made order by id`;

const createGroup = `
  with made as (
    insert into groups (name, owner_id, max_members, permits_version)
    select 'bench-' || coalesce(max(id), 0), ($1::bigint[])[1], 500, 1 from groups
    returning id
  )
  insert into group_members (group_id, user_id, role)
  select made.id, user_id, case n when 1 then 'owner' else 'member' end
  from made, unnest($1::bigint[]) with ordinality as each (user_id, n)
  returning group_id as id`;

const countRows = `
  select coalesce(sum(n), 0)::int as rows, count(*)::int as distinct
  from (select count(*) as n from messages group by owner_id, body ->> 'text') as copies`;

const token = (id: number) => signToken(secret, { user: id, session: `s${id}`, lifetime: 86_400 });

async function usedMemory(url: string): Promise<number> {
  const client = new Redis(url);
  const text = await client.info('memory');
  client.disconnect();
  return Number(/^used_memory:(\d+)/m.exec(text)?.[1]);
}

/**
 * Allows two users to write to each other: writes to Redis the permits (the list of users that can
 * write to a user) as the api would.
 */
function befriend(link: RedisConnection, user: number, friend: number): Promise<boolean> {
  return writePermits(link, user, { kind: 'user', version: 1, contacts: [friend], blocks: [] });
}

/**
 * Returns whether all record streams are empty. They hold messages that are not in PostgreSQL yet;
 * the recorder removes entries after the commit.
 */
async function emptyRecord({ client, keys }: RedisConnection): Promise<boolean> {
  const lengths = await Promise.all(
    Array.from({ length: keys.buckets }, (_, bucket) => client.xlen(keys.record(bucket))),
  );
  return lengths.every((length) => length === 0);
}

export interface ParleyOptions {
  /** Default: 2. */
  gateways?: number;
  /** Whether gateways apply their default admission limits. Default: they have no such limits. */
  bounded?: boolean;
  /**
   * Whether all limits have their defaults and strangers are allowed to write. Default: rate limits
   * are very high.
   */
  limited?: boolean;
  /**
   * Socket library of the gateways. Default: the value of `SOCKETS`, otherwise the library that
   * `auto` chooses.
   */
  sockets?: 'uws' | 'node';
  /** Additional environment variables for all services. */
  env?: NodeJS.ProcessEnv;
  /** Number of Redis masters. Default: 1, which is not a cluster. */
  masters?: number;
}
