import { describe, expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { connect } from './connect.ts';
import { heartbeat } from './heartbeat.ts';

onEachRedis((redis) => {
  const open = (
    user: number,
    gateway: string,
    count: number,
    more: { session?: string; most?: number; live?: string[] } = {},
  ) =>
    connect(redis.connection, {
      user,
      gateway,
      count: () => count,
      session: 's',
      most: 16,
      live: ['one', 'two'],
      ...more,
    });
  const counts = (user: number) => redis.connection.client.hgetall(redis.connection.keys.online(user));
  const online = (user: number) => `{"type":"presence","user":${user},"online":true,"lastSeen":null}`;

  describe('a connection', () => {
    it('connect counts a connection at its gateway, in addition to those at other gateways', async () => {
      const user = redis.newId();
      expect(await open(user, 'one', 1)).toBe('ok');
      expect(await open(user, 'one', 2)).toBe('ok');
      expect(await open(user, 'two', 1)).toBe('ok');
      expect({ ...(await counts(user)) }).toEqual({ one: '2', two: '1' });
    });

    it("connect notifies watchers only of a user's first connection", async () => {
      const user = redis.newId();
      await using watcher = await redis.listen(redis.connection.keys.presence(user));
      await open(user, 'one', 1);
      expect(await watcher.heard()).toEqual([online(user)]);
      await open(user, 'one', 2);
      await open(user, 'two', 1);
      expect(await watcher.heard()).toEqual([]);
    });

    it('connect counts connections even at a live gateway that the caller does not know yet', async () => {
      const user = redis.newId();
      await heartbeat(redis.connection, `started-${user}`);
      await open(user, `started-${user}`, 1, { live: [`started-${user}`] });
      expect(await open(user, 'one', 1, { live: ['one'], most: 1 })).toBe('too-many');
      expect(await open(user, 'one', 1, { live: ['one'], most: 2 })).toBe('ok');
      expect({ ...(await counts(user)) }).toEqual({ [`started-${user}`]: '1', one: '1' });
    });

    it("a connection is the user's first if all others are counted at dead gateways", async () => {
      const user = redis.newId();
      await open(user, 'dead', 3, { live: ['dead'] });
      await using watcher = await redis.listen(redis.connection.keys.presence(user));
      expect(await open(user, 'one', 1, { most: 1 })).toBe('ok');
      expect(await watcher.heard()).toEqual([online(user)]);
      expect({ ...(await counts(user)) }).toEqual({ one: '1' });
    });

    it('connect treats a new gateway as live before its first heartbeat', async () => {
      const user = redis.newId();
      await open(user, 'new', 1, { live: [] });
      await using watcher = await redis.listen(redis.connection.keys.presence(user));
      await open(user, 'new', 2, { live: [] });
      expect({ ...(await counts(user)) }).toEqual({ new: '2' });
      expect(await watcher.heard()).toEqual([]);
    });

    it('connect rejects a connection beyond the maximum across all gateways, without a change', async () => {
      const user = redis.newId();
      await open(user, 'one', 2, { most: 3 });
      expect(await open(user, 'two', 1, { most: 3 })).toBe('ok');
      await using watcher = await redis.listen(redis.connection.keys.presence(user));
      expect(await open(user, 'two', 2, { most: 3 })).toBe('too-many');
      expect(await open(user, 'one', 3, { most: 3 })).toBe('too-many');
      expect({ ...(await counts(user)) }).toEqual({ one: '2', two: '1' });
      expect(await watcher.heard()).toEqual([]);
    });

    it('connect rejects a connection of a revoked session, but accepts one of another session', async () => {
      const user = redis.newId();
      const { client, keys } = redis.connection;
      await client.zadd(keys.revoked(user), Date.now() + 60_000, 'gone');
      expect(await open(user, 'one', 1, { session: 'gone' })).toBe('revoked');
      expect({ ...(await counts(user)) }).toEqual({});
      expect(await open(user, 'one', 1, { session: 'other' })).toBe('ok');
    });

    it('concurrent calls of connect never exceed the maximum number of connections', async () => {
      const user = redis.newId();
      const gateways = Array.from({ length: 12 }, (_, i) => `gateway-${i}`);
      const outcomes = await Promise.all(
        gateways.map((gateway) => open(user, gateway, 1, { most: 5, live: gateways })),
      );
      expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(5);
    });
  });

  it('connect lets a gateway restore its counts beyond the maximum and without a session', async () => {
    const user = redis.newId();
    await using watcher = await redis.listen(redis.connection.keys.presence(user));
    expect(await connect(redis.connection, { user, gateway: 'one', count: () => 4, most: 1, live: ['one'] })).toBe(
      'ok',
    );
    expect(await connect(redis.connection, { user, gateway: 'one', count: () => 4, most: 1, live: ['one'] })).toBe(
      'ok',
    );
    expect({ ...(await counts(user)) }).toEqual({ one: '4' });
    expect(await watcher.heard()).toEqual([online(user)]);
  });

  it('connection counts expire only after months, regardless of the time to live of inboxes', async () => {
    const user = redis.newId();
    const connection = await redis.open({ inboxTtl: 60 });
    await connect(connection, { user, gateway: 'one', count: () => 1, session: 's', most: 16, live: ['one'] });
    expect(await connection.client.ttl(connection.keys.online(user))).toBeGreaterThan(80 * 86_400);
  });
});
