import { expect, it } from 'vitest';
import { recordedUpTo } from './recorded-up-to.ts';
import { onEachRedis } from './test/each-redis.ts';

onEachRedis((redis) => {
  it('what waits in any record stream holds it back; a minute ago when nothing does', async () => {
    const { link } = redis;
    const { client, keys } = link;
    const began = Date.now();
    expect(await recordedUpTo(link)).toBeGreaterThanOrEqual(began - 60_000);
    expect(await recordedUpTo(link)).toBeLessThanOrEqual(Date.now() - 60_000);
    await client.xadd(keys.record(3), `${began - 500}-0`, 'e', '{}');
    await client.xadd(keys.record(3), `${began - 100}-0`, 'e', '{}');
    await client.xadd(keys.record(40), `${began - 9000}-0`, 'e', '{}');
    expect(await recordedUpTo(link)).toBe(began - 69_000);
    await client.xtrim(keys.record(40), 'MAXLEN', 0);
    expect(await recordedUpTo(link)).toBe(began - 60_500);
  });
});
