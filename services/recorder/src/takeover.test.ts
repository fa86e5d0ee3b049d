import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startTestRedis, type TestRedis, waitFor } from '@parley/stack';
import { testDatabase } from '@parley/stack/test';
import { build } from 'esbuild';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mark, message } from './testing/entries.ts';
import { Fixture } from './testing/fixture.ts';
import { addEntries, drained, runRecorder, testConnection } from './testing/running.ts';

const BUCKETS = 8;
const program = fileURLToPath(new URL(`../dist/takeover-${process.pid}.js`, import.meta.url));
const children: ChildProcess[] = [];
let redis: TestRedis;
let url: string;
beforeAll(async () => {
  redis = await startTestRedis({ args: ['--appendfsync', 'no'] });
  url = await testDatabase();
  await build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    ...{ outfile: program, bundle: true, platform: 'node', target: 'node20.19', format: 'esm', logLevel: 'error' },
    loader: { '.lua': 'text' },
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
  });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(program, { force: true });
  await redis.stop();
});
const env = () => ({
  REDIS_URL: redis.url,
  DATABASE_URL: url,
  BUCKETS: String(BUCKETS),
  RECORD_LEASE: '2s',
  REDIS_DURABILITY: 'none',
});

describe('several recorders', () => {
  it('several recorders share the buckets evenly, and a recorder that stops releases its leases at once', async () => {
    await using first = await runRecorder(env());
    await waitFor(async () => (await leased(first.url)) === BUCKETS);
    const second = await runRecorder(env());
    await waitFor(async () => (await leased(first.url)) === 4 && (await leased(second.url)) === 4);
    await second.stop();
    // This is well before the leases would have ended.
    await waitFor(async () => (await leased(first.url)) === BUCKETS, { timeout: 1500 });
  });
});

describe('a recorder killed in the middle of a batch', () => {
  it('after a recorder is killed, another recorder applies every entry once and in order', async () => {
    await interrupted('SIGKILL', async (world, a, b) => {
      await using link = await testConnection(redis.url, BUCKETS);
      await using _ = await runRecorder(env());
      await drained(link);
      expect(await world.chat(b, a)).toMatchObject({ unread: 2, read_id: 2, last_id: 4 });
    });
  }, 60_000);
});

describe('a recorder that was frozen in the middle of a batch', () => {
  it('a recorder that freezes during a batch does not delay its successor, and changes nothing when it continues', async () => {
    await interrupted('SIGSTOP', async (world, a, b, child) => {
      await using link = await testConnection(redis.url, BUCKETS);
      await using other = await runRecorder(env());
      await drained(link);
      await addEntries(link, a % BUCKETS, [message(5, a, b), mark(b, a, { read: 4 }), message(6, b, a)]);
      await drained(link);
      const before = await world.everything();
      child.kill('SIGCONT');
      // The resumed recorder acquires its share again and records.
      await waitFor(async () => (await leased(other.url)) === BUCKETS / 2, { timeout: 20_000 });
      expect(await world.everything()).toEqual(before);
      await addEntries(link, a % BUCKETS, [message(7, a, b)]);
      await drained(link);
      expect(await world.chat(b, a)).toMatchObject({ unread: 2, read_id: 4, last_id: 7 });
    });
  }, 60_000);
});

/**
 * Stops a recorder by a signal while a lock in PostgreSQL delays its transaction, with four
 * messages and a mark in flight.
 */
async function interrupted(
  signal: 'SIGKILL' | 'SIGSTOP',
  then: (world: Fixture, a: number, b: number, child: ChildProcess) => Promise<void>,
): Promise<void> {
  await using world = new Fixture(url);
  await using link = await testConnection(redis.url, BUCKETS);
  const [a, b] = await world.users(2);
  const child = spawn(process.execPath, [program], {
    env: { ...env(), HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn' },
  });
  children.push(child);
  await addEntries(link, a % BUCKETS, [message(1, a, b)]);
  await waitFor(async () => (await world.chat(b, a))?.unread === 1);
  await world.db.transaction().execute(async (tx) => {
    await tx
      .selectFrom('chats')
      .select('unread')
      .where('owner_id', '=', b)
      .where('peer_id', '=', a)
      .forUpdate()
      .execute();
    await addEntries(link, a % BUCKETS, [
      message(2, a, b),
      mark(b, a, { read: 2 }),
      message(3, a, b),
      message(4, a, b),
    ]);
    await waitFor(async () => {
      const waiting = sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      return (await waiting.execute(world.db)).rows.length > 0;
    });
    child.kill(signal);
    if (signal === 'SIGKILL') await once(child, 'exit');
  });
  await then(world, a, b, child);
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

async function leased(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/parley_record_leased_buckets\{[^}]*\} (\d+)/.exec(metrics)?.[1]);
}
