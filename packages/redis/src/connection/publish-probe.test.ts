import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { publishProbe } from './publish-probe.ts';

onEachRedis((redis) => {
  it("publishProbe reaches only gateways that subscribed to the probe's channel in this bucket", async () => {
    await using here = await redis.listen(redis.connection.keys.probe(3, 'here'));
    await using there = await redis.listen(redis.connection.keys.probe(4, 'here'));
    expect(await publishProbe(redis.connection, 3, 'here', '1')).toBe(1);
    expect(await here.heard()).toEqual(['1']);
    expect(await there.heard()).toEqual([]);
  });
});
