import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { connect } from './connect.ts';
import { disconnect } from './disconnect.ts';
import { heartbeat } from './heartbeat.ts';

onEachRedis((redis) => {
  const open = (user: number, gateway: string, count: number, live = ['one', 'two']) =>
    connect(redis.connection, { user, gateway, count: () => count, most: 16, live });
  const counts = (user: number) => redis.connection.client.hgetall(redis.connection.keys.online(user));
  const close = (user: number, gateway: string, count: number, live = ['one', 'two']) =>
    disconnect(redis.connection, { user, gateway, count: () => count, live });
  const seen = (user: number) => redis.connection.client.get(redis.connection.keys.seen(user));

  it('disconnect notifies watchers with the time when the last connection closes, but not when others close', async () => {
    const user = redis.newId();
    await open(user, 'one', 2);
    await open(user, 'two', 1);
    await using watcher = await redis.listen(redis.connection.keys.presence(user));
    expect(await close(user, 'one', 1)).toBe(false);
    expect(await close(user, 'one', 0)).toBe(false);
    expect(await watcher.heard()).toEqual([]);
    expect(await seen(user)).toBeNull();
    const before = Date.now();
    expect(await close(user, 'two', 0)).toBe(true);
    const date = Number(await seen(user));
    expect(date).toBeGreaterThanOrEqual(before);
    expect(date).toBeLessThanOrEqual(Date.now());
    expect(await watcher.heard()).toEqual([`{"type":"presence","user":${user},"online":false,"lastSeen":${date}}`]);
    expect(await redis.connection.client.exists(redis.connection.keys.online(user))).toBe(0);
  });

  it("a closed connection is the user's last if all others are counted at dead gateways", async () => {
    const user = redis.newId();
    await open(user, 'dead', 3, ['dead', 'one']);
    await open(user, 'one', 1, ['dead', 'one']);
    expect(await close(user, 'one', 0, ['one'])).toBe(true);
    expect({ ...(await counts(user)) }).toEqual({});
  });

  it("a closed connection is not the user's last while a live gateway that the caller does not know counts another", async () => {
    const user = redis.newId();
    await heartbeat(redis.connection, `started-${user}`);
    await open(user, `started-${user}`, 1, [`started-${user}`]);
    await open(user, 'one', 1, ['one']);
    expect(await close(user, 'one', 0, ['one'])).toBe(false);
    expect({ ...(await counts(user)) }).toEqual({ [`started-${user}`]: '1' });
  });

  it('disconnect notifies watchers once, and not at all if the connection was never counted', async () => {
    const user = redis.newId();
    await using watcher = await redis.listen(redis.connection.keys.presence(user));
    expect(await close(user, 'one', 0)).toBe(false);
    await open(user, 'one', 1);
    expect(await close(user, 'one', 0)).toBe(true);
    expect(await close(user, 'one', 0)).toBe(false);
    expect(await watcher.heard()).toHaveLength(2);
  });

  it('disconnect keeps the other connections of the user counted', async () => {
    const user = redis.newId();
    await open(user, 'one', 3);
    expect(await close(user, 'one', 2)).toBe(false);
    expect({ ...(await counts(user)) }).toEqual({ one: '2' });
  });
});
