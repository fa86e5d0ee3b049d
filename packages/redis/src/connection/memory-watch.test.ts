import { startRedis } from '@parley/stack';
import { expect, it } from 'vitest';
import { append } from '../inbox/append.ts';
import { accept } from '../messages/accept.ts';
import { RedisFullError } from './memory-watch.ts';
import { publishProbe } from './publish-probe.ts';
import { connectRedis } from './redis-connection.ts';

const message = (ref: string) => ({ from: 1, to: 2, ref, body: '{"type":"text","text":"hi"}', record: true });

it('the memory watch rejects messages before Redis is full, and accepts them when Redis has memory again', async () => {
  await using server = await startRedis({ args: ['--maxmemory', '64mb'] });
  const redis = await connectRedis({ url: server.url, memoryShare: 0.5 });
  await accept(redis, message('fits'));
  await redis.client.call('DEBUG', 'POPULATE', '1', 'filler', '40000000').catch(async () => {
    await redis.client.setrange('filler', 40_000_000, 'x');
  });
  await redis.memory.read();
  const rejected = await accept(redis, message('rejected')).catch((error: unknown) => error);
  expect(rejected).toBeInstanceOf(RedisFullError);
  expect((rejected as RedisFullError).retryAfter).toBeGreaterThan(0);
  // Events other than messages are still accepted.
  await append(redis, [{ user: 2, event: '{"kind":"session","change":"revoked"}' }]);
  await redis.client.flushall();
  await redis.memory.read();
  expect(await accept(redis, message('rejected'))).toMatchObject({ duplicate: false });
  await redis.close();
});

it('publishProbe rejects while the memory of Redis is full', async () => {
  await using server = await startRedis({ args: ['--maxmemory', '8mb'] });
  const redis = await connectRedis({ url: server.url });
  await publishProbe(redis, 0, 'gateway', '1');
  await redis.client.config('SET', 'maxmemory', '1mb');
  await expect(publishProbe(redis, 0, 'gateway', '2')).rejects.toThrow(/OOM/);
  await redis.close();
});
