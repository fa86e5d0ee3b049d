import { expect, it } from 'vitest';
import { readExternalUser, writeExternalUser } from './external.ts';
import { sendRequest } from './request.ts';
import { onEachRedis } from './test/each-redis.ts';

onEachRedis((redis) => {
  it('knows whose an external id is, whose it is not, and what it was not told', async () => {
    expect(await readExternalUser(redis.link, 'ann')).toBeUndefined();
    await writeExternalUser(redis.link, 'ann', 195752);
    expect(await readExternalUser(redis.link, 'ann')).toBe(195752);
    await writeExternalUser(redis.link, '李}:x', null);
    expect(await readExternalUser(redis.link, '李}:x')).toBeNull();
  });

  it('keeps what it was told when someone answers who was asked before', async () => {
    await writeExternalUser(redis.link, 'ben', null, true);
    expect(await readExternalUser(redis.link, 'ben')).toBeNull();
    await writeExternalUser(redis.link, 'ben', 748418);
    await writeExternalUser(redis.link, 'ben', null, true);
    expect(await readExternalUser(redis.link, 'ben')).toBe(748418);
  });

  it('forgets after a while, nobody sooner', async () => {
    const { client, keys } = redis.link;
    await writeExternalUser(redis.link, 'cat', 5);
    expect(await client.ttl(keys.external('cat'))).toBeGreaterThan(3600);
    await writeExternalUser(redis.link, 'dan', null);
    expect(await client.ttl(keys.external('dan'))).toBeLessThanOrEqual(30);
  });

  it('can be asked for through the request stream of its bucket', async () => {
    const { client, keys } = redis.link;
    await sendRequest(redis.link, { kind: 'external', external: 'eve' });
    const entries = await client.xrange(keys.requests(keys.spread('eve')), '-', '+');
    expect(entries.map(([, fields]) => fields[1])).toContain('{"kind":"external","external":"eve"}');
    expect(keys.external('eve')).toBe(`{${keys.spread('eve')}}:external:eve`);
  });
});
