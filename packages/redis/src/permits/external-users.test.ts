import { expect, it } from 'vitest';
import { sendRequest } from '../messages/request.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { readExternalUser, writeExternalUser } from './external-users.ts';

onEachRedis((redis) => {
  it('readExternalUser distinguishes a known external id, an id that belongs to nobody, and an unknown id', async () => {
    expect(await readExternalUser(redis.connection, 'ann')).toBeUndefined();
    await writeExternalUser(redis.connection, 'ann', 195752);
    expect(await readExternalUser(redis.connection, 'ann')).toBe(195752);
    await writeExternalUser(redis.connection, '李}:x', null);
    expect(await readExternalUser(redis.connection, '李}:x')).toBeNull();
  });

  it('a lookup of an external id that finishes late does not replace a newer entry', async () => {
    await writeExternalUser(redis.connection, 'ben', null, true);
    expect(await readExternalUser(redis.connection, 'ben')).toBeNull();
    await writeExternalUser(redis.connection, 'ben', 748418);
    await writeExternalUser(redis.connection, 'ben', null, true);
    expect(await readExternalUser(redis.connection, 'ben')).toBe(748418);
  });

  it('the cached user of an external id expires', async () => {
    const { client, keys } = redis.connection;
    await writeExternalUser(redis.connection, 'cat', 5);
    expect(await client.ttl(keys.external('cat'))).toBeGreaterThan(3600);
    await writeExternalUser(redis.connection, 'dan', null);
    expect(await client.ttl(keys.external('dan'))).toBeLessThanOrEqual(30);
  });

  it("sendRequest adds a request for an external id to the request stream of the id's bucket", async () => {
    const { client, keys } = redis.connection;
    await sendRequest(redis.connection, { kind: 'external', external: 'eve' });
    const entries = await client.xrange(keys.requests(keys.spread('eve')), '-', '+');
    expect(entries.map(([, fields]) => fields[1])).toContain('{"kind":"external","external":"eve"}');
    expect(keys.external('eve')).toBe(`{${keys.spread('eve')}}:external:eve`);
  });
});
