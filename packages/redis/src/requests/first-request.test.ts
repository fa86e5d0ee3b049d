import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { beginRequest, forgetRequest, storeResponse } from './first-request.ts';

onEachRedis((redis) => {
  it('beginRequest allows a request once, and returns the stored response for repeated requests', async () => {
    const name = `request ${redis.newId()}`;
    const begun = await Promise.all(['a', 'a', 'b'].map((each) => beginRequest(redis.connection, name, each)));
    expect(begun.filter((each) => each === undefined)).toHaveLength(1);
    const first = { fingerprint: 'a', response: 'done' };
    await storeResponse(redis.connection, name, first, 60);
    expect(await beginRequest(redis.connection, name, 'b')).toEqual(first);
    const { client, keys } = redis.connection;
    expect(await client.ttl(keys.request(name))).toBeGreaterThan(50);
    await forgetRequest(redis.connection, name);
    expect(await beginRequest(redis.connection, name, 'b')).toBeUndefined();
    expect(await beginRequest(redis.connection, name, 'c')).toEqual({ fingerprint: 'b' });
  });
});
