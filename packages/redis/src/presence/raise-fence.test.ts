import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { raiseFence, readFence } from './raise-fence.ts';

onEachRedis((redis) => {
  it("raiseFence assigns the highest number to a user's newest connection, which is the only one to stay open, and notifies all gateways", async () => {
    const user = redis.newId();
    expect(await readFence(redis.connection, user)).toEqual({ number: 0, session: '' });
    await using gateway = await redis.listen(redis.connection.keys.user(user));
    const first = await raiseFence(redis.connection, user, 's1');
    const second = await raiseFence(redis.connection, user, 's:2');
    expect(second).toBeGreaterThan(first);
    expect(await readFence(redis.connection, user)).toEqual({ number: second, session: 's:2' });
    expect(await gateway.heard()).toEqual([first, second].map((number) => `!{"do":"fence","number":${number}}`));
  });

  it('raiseFence assigns distinct numbers to concurrent connections, of which the last one wins', async () => {
    const user = redis.newId();
    const connections = [redis.connection, await redis.open()];
    const numbers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => raiseFence(connections[i % 2] ?? redis.connection, user, `${i}`)),
    );
    expect(new Set(numbers).size).toBe(50);
    const highest = Math.max(...numbers);
    expect(await readFence(redis.connection, user)).toEqual({
      number: highest,
      session: `${numbers.indexOf(highest)}`,
    });
  });

  it('raiseFence returns ascending numbers even if Redis lost the last number or the clock is behind it', async () => {
    const user = redis.newId();
    const { client, keys } = redis.connection;
    const before = await raiseFence(redis.connection, user, 's');
    await client.del(keys.fence(user));
    const now = Date.now();
    expect(await raiseFence(redis.connection, user, 's')).toBeGreaterThanOrEqual(now);
    await client.set(keys.fence(user), `${before + 3_600_000}:s`);
    expect(await raiseFence(redis.connection, user, 's')).toBe(before + 3_600_001);
  });
});
