import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPool } from '@parley/database';
import { connectRedis, type RedisConnection, writePermits } from '@parley/redis';
import { signToken } from '@parley/service';
import { type Stack, startStack, waitFor } from '@parley/stack';
import { emptyFolder } from '../../stack/starter.ts';

/**
 * Starts the system to which random input is sent. Each service runs in its own process, with rate
 * limits so high that they do not reject the input.
 */
export async function startSystem(): Promise<System> {
  const folder = await emptyFolder();
  const stack = await startStack({ dataDir: folder.path, env: { ...process.env, ...environment } });
  const pool = openPool({ url: stack.databaseUrl, name: 'fuzz' });
  const link = await connectRedis({ url: stack.redisUrl, name: 'fuzz' });
  const { api, gateways, recorders } = stack.processes;
  return {
    stack,
    query: async <Row extends object>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    pairs: async (count) => {
      const { rows } = await pool.query<{ id: number }>(createUsers, [2 * count]);
      const people = rows.map(({ id }) => ({
        id,
        token: signToken(secret, { user: id, session: `s${id}`, lifetime: 86_400 }),
      }));
      const pairs = Array.from({ length: count }, (_, i) => people.slice(2 * i, 2 * i + 2) as [Person, Person]);
      await Promise.all(pairs.flatMap(([a, b]) => [befriend(link, a.id, b.id), befriend(link, b.id, a.id)]));
      return pairs;
    },
    recorded: () => waitFor(() => emptyRecord(link), { timeout: 120_000, message: 'the recorder did not finish' }),
    complaints: () => [
      ...[api, ...gateways, ...recorders].filter(({ running }) => !running).map(({ name }) => `${name} is gone`),
      ...complaintsIn(join(folder.path, 'logs')),
    ],
    [Symbol.asyncDispose]: async () => {
      await Promise.all([pool.end(), link.close()]);
      await stack.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/**
 * Returns log lines with errors, with frames that failed, and about entries that the recorder moved
 * to the dead entries because it could not write them.
 */
function complaintsIn(folder: string): string[] {
  const lines = readdirSync(folder)
    .filter((file) => !/postgres|redis/.test(file))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean));
  return lines.filter((line) => /"level":"?(50|60|error|fatal)|frame failed|put aside/.test(line));
}

const secret = 'a secret for fuzzing only, long enough for it';

/** Key of the server API. */
export const apiKey = 'key-of-the-product-long-enough-for-fuzzing';

const far = '1000000000';
const environment = {
  ...{ NODE_ENV: 'production', TOKEN_SECRET: secret, API_KEYS: apiKey, LOG_LEVEL: 'warn' },
  ...{ SEND_RATE: '1000000', SEND_BURST: '1000000', FRAME_RATE: '1000000', FRAME_BURST: '1000000' },
  ...{ SEND_BYTES: '1GiB', SEND_BYTES_BURST: '1GiB', FRAME_BYTES: '1GiB', FRAME_BYTES_BURST: '1GiB' },
  ...{ READ_BYTES: '1GiB', READ_BYTES_BURST: '1GiB' },
  ...{ MUTATION_RATE: '1000000', MUTATION_BURST: '1000000', MARK_RATE: '1000000', MARK_BURST: '1000000' },
  ...{ LOOKUP_RATE: '1000000', LOOKUP_BURST: '1000000' },
  ...{ MAX_UNDER_WAY: '1000000', MAX_WAIT: '10m' },
  ...{ REQUESTS_PER_MINUTE: far, REQUESTS_PER_ADDRESS: far, REQUESTS_PER_KEY: far, REGISTRATIONS_PER_MINUTE: far },
  ...{ SIGN_INS_PER_MINUTE: far, SIGN_INS_PER_ADDRESS: far, UPLOADS_PER_MINUTE: far, SEARCHES_PER_MINUTE: far },
  ...{ GROUP_CHANGES_PER_MINUTE: far, FRIEND_REQUESTS_PER_MINUTE: far, EXPORTS_PER_MINUTE: far },
  ...{ ARGON2_MEMORY: '8KiB', ARGON2_TIME: '1', MAX_UPLOAD: '1MiB' },
};

const createUsers = `
  insert into users (username, name)
  select 'fuzz-' || substr(md5(random()::text), 1, 20), 'Fuzz ' || n from generate_series(1, $1::int) n
  returning id`;

function befriend(link: RedisConnection, user: number, friend: number): Promise<boolean> {
  return writePermits(link, user, { kind: 'user', version: 1, contacts: [friend], blocks: [] });
}

async function emptyRecord({ client, keys }: RedisConnection): Promise<boolean> {
  const lengths = await Promise.all(
    Array.from({ length: keys.buckets }, (_, bucket) => client.xlen(keys.record(bucket))),
  );
  return lengths.every((length) => length === 0);
}

export interface Person {
  id: number;
  token: string;
}

export interface System extends AsyncDisposable {
  stack: Stack;
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Creates pairs of users. The two users of a pair can write to each other. */
  pairs(count: number): Promise<[Person, Person][]>;
  /** Resolves when all accepted messages are in PostgreSQL. */
  recorded(): Promise<unknown>;
  /** Returns a line for each process that has ended, and the log lines that report errors. */
  complaints(): string[];
}
