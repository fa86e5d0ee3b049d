import { startRedis } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkServers } from './check-servers.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';
import { fingerprint, shareSettings } from './share-settings.ts';

let redis: RedisConnection;
let server: Awaited<ReturnType<typeof startRedis>>;
beforeAll(async () => {
  server = await startRedis();
  redis = await connectRedis({ url: server.url });
});
afterAll(async () => {
  await redis.close();
  await server.stop();
});

describe('settings that all processes share', () => {
  it('shareSettings rejects BUCKETS=32 if Redis has data of 64 buckets, and the error contains both numbers', async () => {
    const leave = await shareSettings(redis, 'gateway a', { BUCKETS: '64' });
    await leave();
    await expect(shareSettings(redis, 'gateway b', { BUCKETS: '32' })).rejects.toThrow(
      'BUCKETS is 32 here, but the data in Redis was written with 64',
    );
  });

  it('shareSettings rejects a HISTORY or TOKEN_SECRET that differs from that of a running process', async () => {
    const leave = await shareSettings(redis, 'gateway a', { HISTORY: 'mirror', TOKEN_SECRET: fingerprint('one') });
    const relay = shareSettings(redis, 'gateway b', { HISTORY: 'relay' });
    const secret = shareSettings(redis, 'api', { TOKEN_SECRET: fingerprint('other') });
    await Promise.all([
      expect(relay).rejects.toThrow('HISTORY is relay here, but the running process gateway a has mirror'),
      expect(secret).rejects.toThrow(/TOKEN_SECRET is fingerprint \w{12} here, but .* has fingerprint \w{12}/),
    ]);
    await leave();
    await (await shareSettings(redis, 'gateway b', { HISTORY: 'relay' }))();
  });

  it('shareSettings accepts new settings after the registration of a killed process has expired', async () => {
    const old = JSON.stringify({ HISTORY: 'mirror' });
    await redis.client.zadd(redis.keys.processes, Date.now() - 5000, 'killed');
    await redis.client.hset(redis.keys.processSettings, 'killed', old);
    await (await shareSettings(redis, 'gateway b', { HISTORY: 'relay' }))();
    expect(await redis.client.hexists(redis.keys.processSettings, 'killed')).toBe(0);
  });
});

describe('the settings of Redis', () => {
  it('checkServers accepts noeviction, appendonly yes and appendfsync always', async () => {
    await checkServers(redis, 'always');
  });

  it.each([
    ['maxmemory-policy', 'allkeys-lru', 'noeviction', ['always', 'everysec', 'none']],
    ['appendfsync', 'everysec', 'always', ['always']],
    ['appendfsync', 'no', 'always', ['always', 'everysec']],
    ['appendonly', 'no', 'yes', ['always', 'everysec']],
  ] as const)(
    'checkServers rejects %s %s, and the error names the required value',
    async (setting, value, need, rejecting) => {
      const [, before] = (await redis.client.call('CONFIG', 'GET', setting)) as string[];
      await redis.client.call('CONFIG', 'SET', setting, value);
      for (const durability of ['always', 'everysec', 'none'] as const) {
        const checked = checkServers(redis, durability);
        if ((rejecting as readonly string[]).includes(durability))
          await expect(checked).rejects.toThrow(`has ${setting} ${value}. Set it to ${need}`);
        else await checked;
      }
      await redis.client.call('CONFIG', 'SET', setting, before as string);
    },
  );
});
