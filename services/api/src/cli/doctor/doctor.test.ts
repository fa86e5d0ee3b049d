import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { shareSettings } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApi } from '../../../test/test-api.ts';
import { CliError } from '../server-client.ts';
import type { Check } from './check.ts';
import { checkClock, clockDifference } from './check-clock.ts';
import { checkSettings } from './check-settings.ts';
import { diagnose, runDoctor } from './run-doctor.ts';

let api: TestApi;
let env: Record<string, string>;
beforeAll(async () => {
  api = await TestApi.start();
  env = { DATABASE_URL: api.config.database.url, REDIS_URL: api.config.redis.url };
});
afterAll(() => api[Symbol.asyncDispose]());

const named = (checks: readonly Check[], name: string) => checks.filter((check) => check.name === name);

/** Settings without any problem. */
const safe = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://parley:own@db/parley',
  TOKEN_SECRET: 's'.repeat(40),
  GATEWAY_URLS: 'https://gateway.example.org',
  ORIGINS: 'https://app.example.org',
};

describe('parley doctor', () => {
  it('parley doctor reports no failed check for a running installation', async () => {
    await waitFor(async () => named(await diagnose(env), 'stores')[0]?.status === 'ok');
    const checks = await diagnose(env);
    expect(checks.filter(({ status }) => status === 'failed')).toEqual([]);
    const wanted = ['settings', 'redis settings', 'redis clock', 'migrations', 'postgresql clock', 'stores'];
    for (const name of wanted) expect([name, named(checks, name)[0]?.status]).toEqual([name, 'ok']);
  });

  it('parley doctor prints one line per check or JSON, and reports whether a check failed', async () => {
    const { output, failed } = await runDoctor([], env);
    expect(output).toMatch(/^ok {7}settings +Every setting is valid$/m);
    expect(failed).toBe(false);
    const broken = await runDoctor(['--json'], { ...env, BUCKETS: 'many' });
    expect(JSON.parse(broken.output)).toMatchObject([{ name: 'settings', status: 'failed' }]);
    expect(broken.failed).toBe(true);
    await expect(runDoctor(['--fix'], env)).rejects.toThrow(CliError);
  });

  it('parley doctor warns if backups are late or have never been made', async () => {
    const { client, keys } = api.redis;
    const found = async () => named(await diagnose(env), 'backups').map(({ status, detail }) => `${status} ${detail}`);
    expect(await found()).toEqual([expect.stringMatching(/^warning No backup is stored/)]);
    const now = Math.round(Date.now() / 1000);
    await client.hset(keys.backups, { redis: now, postgresql: now - 40 * 3600 });
    expect(await found()).toEqual(['warning The last backup of postgresql is 40 hours old']);
    await client.hset(keys.backups, { postgresql: now });
    expect(await found()).toEqual(['ok The last backups are at most 36 hours old']);
  });

  it('parley doctor reports Redis settings that can lose messages, unless REDIS_DURABILITY permits them', async () => {
    const { client } = api.redis;
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await client.config('SET', 'appendfsync', 'everysec');
    try {
      const details = named(await diagnose(env), 'redis settings');
      expect(details.map(({ status }) => status)).toEqual(['failed', 'failed']);
      expect(details[0]?.detail).toContain('maxmemory-policy allkeys-lru. Set it to noeviction');
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      const accepted = named(await diagnose({ ...env, REDIS_DURABILITY: 'everysec' }), 'redis settings');
      expect(accepted.map(({ status }) => status)).toEqual(['ok', 'warning']);
    } finally {
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      await client.config('SET', 'appendfsync', 'always');
    }
  });

  it('parley doctor reports a running process that has different settings', async () => {
    const leave = await shareSettings(api.redis, 'gateway a:1', { HISTORY: 'relay', BUCKETS: '64' });
    try {
      expect(named(await diagnose(env), 'processes')).toContainEqual({
        name: 'processes',
        status: 'failed',
        detail: 'HISTORY is mirror here, but relay for gateway a:1',
      });
      expect(named(await diagnose({ ...env, BUCKETS: '32' }), 'processes')).toContainEqual(
        expect.objectContaining({ detail: 'BUCKETS is 32 here, but 64 for the data in Redis' }),
      );
    } finally {
      await leave();
    }
  });

  it('parley doctor reports a missing migration', async () => {
    const { rows } = await sql<{ name: string }>`
      delete from schema_migrations where name = (select max(name) from schema_migrations) returning name`.execute(
      api.db,
    );
    const [check] = named(await diagnose(env), 'migrations');
    expect(check).toMatchObject({ status: 'failed', detail: expect.stringContaining(`lacks ${rows[0]?.name}`) });
    await sql`insert into schema_migrations (name) values (${rows[0]?.name})`.execute(api.db);
  });

  it('parley doctor reports a server that is down, and still checks the other server', async () => {
    const noRedis = await diagnose({ ...env, REDIS_URL: 'redis://:secret@127.0.0.1:9' });
    expect(named(noRedis, 'redis')).toMatchObject([
      { status: 'failed', detail: expect.stringContaining('127.0.0.1:9') },
    ]);
    expect(JSON.stringify(noRedis)).not.toContain('secret@');
    expect(named(noRedis, 'migrations')[0]?.status).toBe('ok');
    const noPostgres = await diagnose({ ...env, DATABASE_URL: 'postgres://a:b@127.0.0.1:9/c' });
    expect(named(noPostgres, 'postgresql')).toMatchObject([{ status: 'failed' }]);
    expect(named(noPostgres, 'redis settings')[0]?.status).toBe('ok');
  });

  it('parley doctor reports servers that accept connections but do not respond', async () => {
    const sockets = new Set<Socket>();
    const frozen = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(frozen, 'listening');
    const { port } = frozen.address() as AddressInfo;
    const REDIS_URL = `redis://127.0.0.1:${port}`;
    const checks = await diagnose({ REDIS_URL, DATABASE_URL: `postgres://a:b@127.0.0.1:${port}/c` });
    expect(named(checks, 'redis')).toMatchObject([{ status: 'failed', detail: 'Redis does not respond within 5 s' }]);
    expect(named(checks, 'postgresql')).toMatchObject([{ status: 'failed' }]);
    for (const socket of sockets) socket.destroy();
    frozen.close();
  });

  it('parley doctor --upgrade lists the migrations that will run, and fails without a backup of this day', async () => {
    const { keys, client } = api.redis;
    const upgrade = async () => {
      const checks = await diagnose(env, { upgrade: true });
      return ['migrations', 'backups', 'records'].map((name) =>
        named(checks, name)
          .map((it) => `${it.status} ${it.detail}`)
          .join(),
      );
    };
    const now = Math.floor(Date.now() / 1000);
    await client.hset(keys.backups, { redis: now, postgresql: now - 25 * 3600 });
    const { rows } = await sql<{ name: string }>`
      delete from schema_migrations where name = (select max(name) from schema_migrations) returning name`.execute(
      api.db,
    );
    const latest = rows[0]?.name;
    expect(await upgrade()).toEqual([
      `ok The upgrade will run ${latest}`,
      'failed There is no backup of postgresql of the last 24 hours. Make one first',
      expect.stringMatching(/^ok /),
    ]);
    expect(named(await diagnose(env), 'migrations')).toMatchObject([{ status: 'failed' }]);
    await sql`insert into schema_migrations (name) values (${latest})`.execute(api.db);
    await client.hset(keys.backups, { postgresql: now });
    const old = `${Date.now() - 90_000}-0`;
    await client.xadd(keys.record(0), old, 'e', '{}');
    expect(await upgrade()).toEqual([
      expect.stringMatching(/^ok Every migration/),
      expect.stringMatching(/^ok /),
      expect.stringMatching(/^failed Records have waited for (9\d|\d{3}) s/),
    ]);
    await client.del(keys.record(0), keys.backups);
  });

  it('parley doctor reports that Redis and PostgreSQL belong to different installations', async () => {
    await sql`update installation set id = gen_random_uuid()`.execute(api.db);
    const [check] = named(await diagnose(env), 'stores');
    expect(check).toMatchObject({ status: 'failed', detail: expect.stringContaining('different installations') });
  });
});

describe('settings', () => {
  it('parley doctor prints no warning about safe settings', () => {
    expect(checkSettings(safe).checks.filter(({ status }) => status !== 'ok')).toEqual([]);
  });

  it.each<[string, Record<string, string>, Check['status'], string]>([
    ['a development secret', { NODE_ENV: '', TOKEN_SECRET: '' }, 'warning', 'TOKEN_SECRET is required'],
    [
      'a known password',
      { NODE_ENV: '', DATABASE_URL: 'postgres://a:parley@db/a' },
      'warning',
      'DATABASE_URL has a publicly known',
    ],
    ['an origin without TLS', { ORIGINS: 'http://app.example.org' }, 'warning', 'ORIGINS has http://app.example.org'],
    ['every origin', { ORIGINS: '*' }, 'warning', 'ORIGINS is *'],
    ['a gateway without TLS', { GATEWAY_URLS: 'http://gw.example.org' }, 'warning', 'GATEWAY_URLS has'],
    ['cookies without TLS', { COOKIE_SECURE: 'false' }, 'warning', 'no HSTS'],
    ['no audit log', { AUDIT_LOG: 'off' }, 'warning', 'AUDIT_LOG is false'],
    ['a short secret', { TOKEN_SECRET: 'short' }, 'failed', 'TOKEN_SECRET must have at least 32'],
  ])('parley doctor reports settings with %s', (_, more, status, detail) => {
    const { checks } = checkSettings({ ...safe, ...more });
    expect(checks).toContainEqual(expect.objectContaining({ status, detail: expect.stringContaining(detail) }));
  });
});

describe('clocks', () => {
  it.each([
    [-200, 'ok'],
    [3000, 'warning'],
    [-60_000, 'failed'],
  ])('parley doctor reports a clock that differs by %s ms as %s', (difference, status) => {
    expect(checkClock('redis clock', 'Redis', difference).status).toBe(status);
  });

  it('parley doctor measures the clock difference from the fastest reply', async () => {
    expect(Math.abs((await clockDifference(async () => Date.now() + 5000)) - 5000)).toBeLessThan(1000);
  });
});
