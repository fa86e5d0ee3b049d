import { migrate, openDatabase } from '@parley/database';
import { accept, hasPermits, readExternalUser, readPermit, sendRequest } from '@parley/redis';
import { startPostgres, startRedisCluster, startTestRedis, type TestRedis, waitFor } from '@parley/stack';
import { testDatabase } from '@parley/stack/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edit, mark, message, pin, react } from './testing/entries.ts';
import { Fixture } from './testing/fixture.ts';
import { addEntries, drained, runRecorder, testConnection } from './testing/running.ts';

const BUCKETS = 8;
let redis: TestRedis;
let url: string;
beforeAll(async () => {
  redis = await startTestRedis({ args: ['--appendfsync', 'no'] });
  url = await testDatabase();
});
afterAll(() => redis.stop());
const env = () => ({ REDIS_URL: redis.url, DATABASE_URL: url, BUCKETS: String(BUCKETS) });

describe('the recorder', () => {
  it('the recorder writes entries, trims the stream and counts the entries in its metrics', async () => {
    await using link = await testConnection(redis.url, BUCKETS);
    await using world = new Fixture(url);
    const [a, b] = await world.users(2);
    await using recorder = await runRecorder(env());
    await addEntries(link, a % BUCKETS, [message(1, a, b), message(2, b, a), mark(b, a, { read: 1 })]);
    await drained(link);
    expect(await world.chat(b, a)).toMatchObject({ unread: 0, read_id: 1, last_id: 2 });
    expect(await world.chat(a, b)).toMatchObject({ unread: 1, peer_read_id: 1 });
    const metrics = await (await fetch(`${recorder.url}/metrics`)).text();
    expect(metrics).toMatch(/parley_record_entries_total\{[^}]*kind="message"[^}]*\} 2/);
    expect(metrics).toMatch(/parley_record_lag_seconds_count\{[^}]*\} 3/);
    expect(metrics).toMatch(/parley_record_leased_buckets\{[^}]*\} 8/);
    expect(metrics).toMatch(new RegExp(`parley_record_bucket_entries_total\\{[^}]*bucket="${a % BUCKETS}"[^}]*\\} 3`));
    expect(metrics).toMatch(/parley_record_backlog_entries\{[^}]*\} 0/);
    expect(metrics).toMatch(/parley_record_oldest_seconds\{[^}]*\} 0/);
    expect((await fetch(`${recorder.url}/readyz`)).status).toBe(200);
  });

  it("the last edit, reaction and pin in the stream win, whatever the gateways' clocks show", async () => {
    await using link = await testConnection(redis.url, BUCKETS);
    await using world = new Fixture(url);
    const [a, b] = await world.users(2);
    const [ahead, behind] = [Date.now() + 3_600_000, 1];
    await using recorder = await runRecorder(env());
    expect(recorder.url).toBeTruthy();
    const add = (entry: object) => addEntries(link, a % BUCKETS, [entry]);
    await add(message(1, a, b));
    // Two changes never share a ms: `mutate` assigns each its own.
    for (const date of [ahead, behind]) {
      await add(edit(a, b, 1, date, `edited ${date}`));
      await add(react(b, a, 1, date, '👍', date === ahead));
      await add(pin(a, b, 1, date, date === ahead));
      await drained(link);
    }
    for (const [owner, peer] of [
      [a, b],
      [b, a],
    ] as const) {
      const stored = await world.message(owner, peer, 1);
      expect(stored?.body).toMatchObject({ text: `edited ${behind}` });
      expect(stored?.reactions).toEqual({ '👍': { [b]: expect.toSatisfy((date) => date < 0) } });
      const pins = await world.db.selectFrom('pins').select('active').where('owner_id', '=', owner).execute();
      expect(pins).toEqual([{ active: false }]);
    }
  });

  it('the recorder moves an entry that it cannot write to the dead entries, together with the reason', async () => {
    await using link = await testConnection(redis.url, BUCKETS);
    await using world = new Fixture(url);
    const [a, b] = await world.users(2);
    const bucket = a % BUCKETS;
    const lone = JSON.stringify(message(3, a, b)).replace('text 3', '\\ud800');
    await addEntries(link, bucket, [
      message(1, a, b),
      ...['no JSON', '7', { kind: 'dance' }, { ...message(2, a, b), conversation: 'g7' }, lone],
      message(4, a, b),
    ]);
    await link.client.xadd(link.keys.record(bucket), '*', 'other', 'field');
    await using recorder = await runRecorder(env());
    await drained(link);
    expect(await world.chat(b, a)).toMatchObject({ unread: 2, last_id: 4 });
    const dead = await link.client.xrange(link.keys.recordDead(bucket), '-', '+');
    const fields = dead.map(([, [, entry, , error]]) => [entry, error]);
    expect(fields.map(([entry]) => entry).sort()).toEqual(
      [
        lone,
        'no JSON',
        '7',
        '{"kind":"dance"}',
        JSON.stringify({ ...message(2, a, b), conversation: 'g7' }),
        '',
      ].sort(),
    );
    expect(fields.every(([, error]) => (error ?? '').length > 5)).toBe(true);
    expect(await (await fetch(`${recorder.url}/metrics`)).text()).toMatch(/parley_record_dead_total\{[^}]*\} 6/);
  });

  it('when a message stream exceeds the time limit, the recorder ends it and stores the text received so far', async () => {
    await using link = await testConnection(redis.url, BUCKETS);
    await using world = new Fixture(url);
    const [a, b, c] = await world.users(3);
    const group = await world.group([a, b, c]);
    await using _ = await runRecorder(env());
    const open = async (to: number, members?: number[]) => {
      const stream = { text: '"so far"', idle: 1, time: 9, facts: { chars: 6, record: 1 as const, slot: 's' } };
      const body = '{"type":"text","text":"so far"}';
      const { id } = await accept(link, {
        from: a,
        to,
        ref: 'r',
        body,
        record: true,
        stream,
        ...(members && { members }),
      });
      return id;
    };
    const [id, inGroup] = await Promise.all([open(b), open(group, [a, b, c])]);
    const edited = async (user: number) =>
      (await link.client.xrange(link.keys.inbox(user), '-', '+')).filter(([, [, event]]) => event?.includes('"edit"'));
    await waitFor(async () => (await edited(b)).length === 2 && (await edited(c)).length === 1);
    await drained(link);
    expect(await world.message(b, a, id)).toMatchObject({ body: { text: 'so far' }, edited: null });
    expect(await world.message(group, group, inGroup)).toMatchObject({ body: { text: 'so far' } });
  });

  it('the recorder copies to Redis which user has an external id, or that no user has it', async () => {
    await using link = await testConnection(redis.url, BUCKETS);
    await using world = new Fixture(url);
    const [a, b] = await world.users(2);
    await world.db.updateTable('users').set({ external_id: 'ann' }).where('id', '=', a).execute();
    await world.db.updateTable('users').set({ external_id: 'gone', erased: 1 }).where('id', '=', b).execute();
    await using _ = await runRecorder(env());
    for (const external of ['ann', 'gone', 'stranger']) await sendRequest(link, { kind: 'external', external });
    await drained(link);
    expect(await readExternalUser(link, 'ann')).toBe(a);
    expect(await readExternalUser(link, 'gone')).toBeNull();
    expect(await readExternalUser(link, 'stranger')).toBeNull();
  });

  it('the recorder copies the permits of a user, a group and an unknown id to Redis', async () => {
    await using link = await testConnection(redis.url, BUCKETS);
    await using world = new Fixture(url);
    const [a, b, c] = await world.users(3);
    await world.db
      .insertInto('friendships')
      .values([
        { user_id: a, friend_id: b },
        { user_id: b, friend_id: a },
      ])
      .execute();
    const group = await world.group([a, b]);
    await using _ = await runRecorder(env());
    const nobody = 99_999_999;
    for (const id of [a, group, nobody]) await sendRequest(link, { kind: 'rebuild', id });
    await waitFor(async () => (await Promise.all([a, group, nobody].map((id) => hasPermits(link, id)))).every(Boolean));
    expect(await Promise.all([readPermit(link, b, a), readPermit(link, c, a)])).toEqual(['friend', 'stranger']);
    expect(await Promise.all([readPermit(link, b, group), readPermit(link, c, group)])).toEqual([
      'member',
      'not-member',
    ]);
    expect(await readPermit(link, a, nobody)).toBe('nobody');
  });

  it('the recorder rejects an older database schema', async () => {
    const old = await testDatabase();
    await using db = openDatabase({ url: old, maxConnections: 1 });
    await db.deleteFrom('kysely_migration' as never).execute();
    await expect(runRecorder({ ...env(), DATABASE_URL: old })).rejects.toThrow(/Run "migrate"/);
  });
});

describe('when PostgreSQL is down', () => {
  it('the recorder loses nothing while PostgreSQL is down, reports the outage on /readyz, and continues afterwards', async () => {
    await using postgres = await startPostgres({ args: ['fsync=off'] });
    // Redis and PostgreSQL belong together: another database needs another Redis.
    await using server = await startTestRedis();
    const database = await postgres.createDatabase();
    await migrate(database);
    await using link = await testConnection(server.url, BUCKETS);
    await using recorder = await runRecorder({ ...env(), REDIS_URL: server.url, DATABASE_URL: database });
    const [a, b] = [200_001, 200_002];
    const bucket = a % BUCKETS;
    await addEntries(link, bucket, [message(1, a, b)]);
    await drained(link);
    await postgres.kill();
    await addEntries(link, bucket, [message(2, a, b), message(3, a, b)]);
    await waitFor(async () => (await fetch(`${recorder.url}/readyz`)).status === 503);
    await addEntries(link, bucket, [message(4, a, b)]);
    expect(await link.client.xlen(link.keys.record(bucket))).toBeGreaterThanOrEqual(3);
    const waiting = await (await fetch(`${recorder.url}/metrics`)).text();
    expect(Number(/parley_record_backlog_entries\{[^}]*\} (\d+)/.exec(waiting)?.[1])).toBeGreaterThanOrEqual(3);
    expect(Number(/parley_record_oldest_seconds\{[^}]*\} (\S+)/.exec(waiting)?.[1])).toBeGreaterThan(0);
    await postgres.restart();
    await drained(link);
    await using world = new Fixture(database);
    expect(await world.chat(b, a)).toMatchObject({ unread: 4, last_id: 4 });
    await waitFor(async () => (await fetch(`${recorder.url}/readyz`)).status === 200);
  }, 60_000);
});

describe('when Redis is down', () => {
  it('the recorder continues to record after Redis was down', async () => {
    await using server = await startTestRedis();
    await using world = new Fixture(url);
    const [a, b] = await world.users(2);
    await using recorder = await runRecorder({ ...env(), REDIS_URL: server.url });
    await server.kill();
    await waitFor(async () => (await fetch(`${recorder.url}/readyz`)).status === 503, { timeout: 15_000 });
    const unknown = await (await fetch(`${recorder.url}/metrics`)).text();
    expect(unknown).toMatch(/parley_record_backlog_entries\{[^}]*\} NaN/i);
    await server.restart();
    await using link = await testConnection(server.url, BUCKETS);
    await addEntries(link, a % BUCKETS, [message(1, a, b)]);
    await drained(link);
    expect(await world.chat(b, a)).toMatchObject({ unread: 1 });
  }, 60_000);
});

describe('in a Redis Cluster', () => {
  it('the recorder records the entries of the streams on every master of a Redis Cluster', async () => {
    await using cluster = await startRedisCluster({ masters: 3 });
    await using link = await testConnection(cluster.url, 32);
    await using world = new Fixture(url);
    const users = await world.users(32);
    await using _ = await runRecorder({ ...env(), REDIS_URL: cluster.url, BUCKETS: '32' });
    const peer = users[0];
    for (const user of users.slice(1)) {
      await addEntries(link, Math.min(user, peer) % 32, [message(1, user, peer), message(2, user, peer)]);
      await sendRequest(link, { kind: 'rebuild', id: user });
    }
    await drained(link);
    for (const user of users.slice(1)) {
      expect(await world.chat(peer, user)).toMatchObject({ unread: 2 });
      expect(await hasPermits(link, user)).toBe(true);
    }
  }, 90_000);
});
