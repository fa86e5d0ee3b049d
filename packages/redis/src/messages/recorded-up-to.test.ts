import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { recordedUpTo } from './recorded-up-to.ts';

onEachRedis((redis) => {
  it('recordedUpTo returns a time a minute ago, or a minute before the oldest entry that is not recorded yet', async () => {
    const { connection } = redis;
    const { client, keys } = connection;
    const began = Date.now();
    expect(await recordedUpTo(connection)).toBeGreaterThanOrEqual(began - 60_000);
    expect(await recordedUpTo(connection)).toBeLessThanOrEqual(Date.now() - 60_000);
    await client.xadd(keys.record(3), `${began - 500}-0`, 'e', '{}');
    await client.xadd(keys.record(3), `${began - 100}-0`, 'e', '{}');
    await client.xadd(keys.record(40), `${began - 9000}-0`, 'e', '{}');
    expect(await recordedUpTo(connection)).toBe(began - 69_000);
    await client.xtrim(keys.record(40), 'MAXLEN', 0);
    expect(await recordedUpTo(connection)).toBe(began - 60_500);
  });
});
