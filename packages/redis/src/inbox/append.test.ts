import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { readInbox } from '../test/inbox.ts';
import { append } from './append.ts';

const mark = (user: number, read: number) => JSON.stringify({ kind: 'mark', chat: user, user, read });

onEachRedis((redis) => {
  it("append adds to each user's inbox the event for this user, in every bucket", async () => {
    const users = Array.from({ length: 70 }, () => redis.newId());
    await append(
      redis.connection,
      users.map((user) => ({ user, event: mark(user, 1) })),
    );
    for (const user of users) {
      expect((await readInbox(redis.connection, user)).map(({ text }) => text)).toEqual([mark(user, 1)]);
    }
  });

  it('one call of append accepts several users with the same event and users with different events', async () => {
    const first = redis.newId();
    const events = ['a', 'a', 'b', 'b', 'a', 'c'].map((text) => JSON.stringify(text));
    const entries = events.map((event, i) => ({ user: first + i * 64_000, event }));
    await append(redis.connection, entries);
    for (const { user, event } of entries) {
      expect((await readInbox(redis.connection, user)).map(({ text }) => text)).toEqual([event]);
    }
  });

  it('append publishes an event with its position and with the same bytes as in the inbox', async () => {
    const user = redis.newId();
    await using device = await redis.listen(redis.connection.keys.user(user));
    const text = JSON.stringify({ kind: 'edit', body: { text: '"\\ä漢👩‍👩‍👧\u0000\n' } });
    await append(redis.connection, [{ user, event: text }]);
    await append(redis.connection, [{ user, event: mark(user, 2) }]);
    const stored = await readInbox(redis.connection, user);
    expect(stored.map((entry) => entry.text)).toEqual([text, mark(user, 2)]);
    expect(stored.map(({ offset }) => offset)).toEqual([1, 2]);
    expect(await device.heard()).toEqual(
      stored.map((entry) => `{"type":"event","cursor":"${entry.cursor}","event":${entry.text}}`),
    );
  });

  it('append returns the users who are connected', async () => {
    const [counted, heard, both] = [redis.newId(), redis.newId(), redis.newId()];
    const near = both + 64_000;
    const { client, keys } = redis.connection;
    for (const user of [counted, both, near]) await client.hset(keys.online(user), 'gateway', 1);
    await using _1 = await redis.listen(keys.user(heard));
    await using _2 = await redis.listen(keys.user(both));
    await using _3 = await redis.listen(keys.user(near));
    const entries = [counted, heard, near, both].map((user) => ({ user, event: mark(user, 1) }));
    expect((await append(redis.connection, entries)).sort()).toEqual([both, near].sort());
    expect(await append(redis.connection, [])).toEqual([]);
  });

  it("an inbox derives its first epoch from the clock of Redis, and each event renews the inbox's time to live", async () => {
    const user = redis.newId();
    const connection = await redis.open({ inboxTtl: 1000 });
    const before = Date.now();
    await append(connection, [{ user, event: mark(user, 1) }]);
    const [first] = await readInbox(connection, user);
    const epoch = Number(first?.cursor.split('-')[0]);
    expect(epoch).toBeGreaterThanOrEqual(before);
    expect(epoch).toBeLessThanOrEqual(Date.now());
    const name = connection.keys.inbox(user);
    expect(await connection.client.ttl(name)).toBeGreaterThan(990);
    await connection.client.expire(name, 10);
    await append(connection, [{ user, event: mark(user, 2) }]);
    expect(await connection.client.ttl(name)).toBeGreaterThan(990);
    expect((await readInbox(connection, user))[0]?.cursor).toBe(`${epoch}-2`);
  });

  it('an inbox keeps its epoch when the clock of Redis is set back', async () => {
    const user = redis.newId();
    const { client, keys } = redis.connection;
    const epoch = Date.now() + 86_400_000;
    await client.xadd(keys.inbox(user), `${epoch}-7`, 'e', mark(user, 1));
    await append(redis.connection, [{ user, event: mark(user, 2) }]);
    expect((await readInbox(redis.connection, user)).map(({ cursor }) => cursor)).toEqual([`${epoch}-7`, `${epoch}-8`]);
  });

  it('concurrent events of an inbox get consecutive offsets', async () => {
    const user = redis.newId();
    const connections = [redis.connection, await redis.open()];
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        append(connections[i % 2] ?? redis.connection, [{ user, event: JSON.stringify(`${i}`) }]),
      ),
    );
    const inbox = await readInbox(redis.connection, user);
    expect(inbox.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(new Set(inbox.map(({ text }) => text)).size).toBe(100);
  });
});
