import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { sendRequest } from './request.ts';

onEachRedis((redis) => {
  it("sendRequest adds a request for permits to the request stream of the id's bucket, not to the record stream", async () => {
    const { client, keys } = redis.connection;
    await sendRequest(redis.connection, { kind: 'rebuild', id: 64 * 50 + 3 });
    const entries = await client.xrange(keys.requests(3), '-', '+');
    expect(entries.map(([, fields]) => fields)).toEqual([['e', '{"kind":"rebuild","id":3203}']]);
    expect(await client.xlen(keys.record(3))).toBe(0);
  });

  it('the request stream drops its oldest requests while no recorder processes them', async () => {
    const { client, keys } = redis.connection;
    await Promise.all(
      Array.from({ length: 1500 }, () => sendRequest(redis.connection, { kind: 'rebuild', id: 64 * 50 + 4 })),
    );
    expect(await client.xlen(keys.requests(4))).toBeLessThan(1200);
  });
});
