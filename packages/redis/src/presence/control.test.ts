import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { CONTROL_BYTE, forgetPermits, isRevoked, publish, revokeSession } from './control.ts';

onEachRedis((redis) => {
  it('the first byte distinguishes a control message from a frame', async () => {
    const [one, other] = [redis.newId(), redis.newId()];
    await using hearOne = await redis.listen(redis.connection.keys.user(one));
    await using hearOther = await redis.listen(redis.connection.keys.user(other));
    await forgetPermits(redis.connection, [one, other]);
    await publish(redis.connection, one, '{"type":"typing"}');
    const [word, frame] = await hearOne.heard();
    expect(word?.charCodeAt(0)).toBe(CONTROL_BYTE);
    expect(JSON.parse(word?.slice(1) ?? '')).toEqual({ do: 'forget' });
    expect(frame).toBe('{"type":"typing"}');
    expect(await hearOther.heard()).toEqual(['!{"do":"forget"}']);
  });

  it('forgetPermits sends each user of a pair a control message with the other user, whose presence might be hidden now', async () => {
    const [one, other] = [redis.newId(), redis.newId()];
    await using hearOne = await redis.listen(redis.connection.keys.user(one));
    await using hearOther = await redis.listen(redis.connection.keys.user(other));
    await forgetPermits(redis.connection, [one, other], [[one, other]]);
    expect(await hearOne.heard()).toEqual([`!{"do":"forget","hidden":[${other}]}`]);
    expect(await hearOther.heard()).toEqual([`!{"do":"forget","hidden":[${one}]}`]);
  });

  it('revokeSession marks the session as revoked and notifies the gateways', async () => {
    const user = redis.newId();
    await using gateway = await redis.listen(redis.connection.keys.user(user));
    expect(await isRevoked(redis.connection, user, 's1')).toBe(false);
    await revokeSession(redis.connection, user, 's1', Date.now() + 60_000);
    expect(await gateway.heard()).toEqual(['!{"do":"revoke","session":"s1"}']);
    expect(await isRevoked(redis.connection, user, 's1')).toBe(true);
    expect(await isRevoked(redis.connection, user, 's2')).toBe(false);
  });

  it('a session stays revoked until its last token ends', async () => {
    const user = redis.newId();
    const { client, keys } = redis.connection;
    const until = Date.now() + 30 * 86_400_000;
    await revokeSession(redis.connection, user, 'long', until);
    await revokeSession(redis.connection, user, 'ended', Date.now() - 1000);
    await revokeSession(redis.connection, user, 'long', Date.now());
    expect(await client.zscore(keys.revoked(user), 'long')).toBe(`${until}`);
    expect(await client.pttl(keys.revoked(user))).toBeGreaterThan(30 * 86_400_000);
  });

  it('revokeSession removes sessions whose tokens have ended', async () => {
    const user = redis.newId();
    const { client, keys } = redis.connection;
    await revokeSession(redis.connection, user, 'old', Date.now() - 120_000);
    await revokeSession(redis.connection, user, 'new', Date.now() + 60_000);
    expect(await isRevoked(redis.connection, user, 'old')).toBe(false);
    expect(await isRevoked(redis.connection, user, 'new')).toBe(true);
    const ttl = await client.pttl(keys.revoked(user));
    expect(ttl).toBeGreaterThan(60_000);
    expect(ttl).toBeLessThanOrEqual(86_400_000 + 60_000);
  });
});
