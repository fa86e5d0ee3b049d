import { expect, it } from 'vitest';
import { readExternal, writeExternal } from './external.ts';
import { record } from './record.ts';
import { onEachRedis } from './test/each-redis.ts';

onEachRedis((redis) => {
  it('knows whose an external id is, whose it is not, and what it was not told', async () => {
    expect(await readExternal(redis.link, 'ann')).toBeUndefined();
    await writeExternal(redis.link, 'ann', 195752);
    expect(await readExternal(redis.link, 'ann')).toBe(195752);
    await writeExternal(redis.link, '李}:x', null);
    expect(await readExternal(redis.link, '李}:x')).toBeNull();
  });

  it('keeps what it was told when someone answers who was asked before', async () => {
    await writeExternal(redis.link, 'ben', null, true);
    expect(await readExternal(redis.link, 'ben')).toBeNull();
    await writeExternal(redis.link, 'ben', 748418);
    await writeExternal(redis.link, 'ben', null, true);
    expect(await readExternal(redis.link, 'ben')).toBe(748418);
  });

  it('forgets after a while, nobody sooner', async () => {
    const { client, keys } = redis.link;
    await writeExternal(redis.link, 'cat', 5);
    expect(await client.ttl(keys.external('cat'))).toBeGreaterThan(3600);
    await writeExternal(redis.link, 'dan', null);
    expect(await client.ttl(keys.external('dan'))).toBeLessThanOrEqual(30);
  });

  it('can be asked for through the record stream of the bucket the id falls into', async () => {
    const { client, keys } = redis.link;
    await record(redis.link, { kind: 'external', external: 'eve' });
    const entries = await client.xrange(keys.record(keys.spread('eve')), '-', '+');
    expect(entries.map(([, fields]) => fields[1])).toContain('{"kind":"external","external":"eve"}');
    expect(keys.external('eve')).toBe(`{${keys.spread('eve')}}:external:eve`);
  });
});
