import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { connect } from './connect.ts';
import { disconnect } from './disconnect.ts';
import { heartbeat } from './heartbeat.ts';
import { readPresence } from './read-presence.ts';

onEachRedis((redis) => {
  const live = ['one', 'two'];
  const open = (user: number, gateway: string) =>
    connect(redis.connection, { user, gateway, count: () => 1, most: 16, live });
  const close = (user: number, gateway: string) =>
    disconnect(redis.connection, { user, gateway, count: () => 0, live });

  it('readPresence returns which users are online, and when the offline users were last seen', async () => {
    const [here, left, never] = [redis.newId(), redis.newId(), redis.newId()];
    await open(here, 'one');
    await open(left, 'two');
    const before = Date.now();
    await close(left, 'two');
    const states = await readPresence(redis.connection, [here, left, never], live);
    expect(states.get(here)).toEqual({ online: true, lastSeen: null });
    expect(states.get(left)?.online).toBe(false);
    expect(states.get(left)?.lastSeen).toBeGreaterThanOrEqual(before);
    expect(states.get(never)).toEqual({ online: false, lastSeen: null });
  });

  it('readPresence shows a user as online if an unknown gateway of the user sends heartbeats', async () => {
    const user = redis.newId();
    await heartbeat(redis.connection, `started-${user}`);
    await open(user, `started-${user}`);
    expect((await readPresence(redis.connection, [user], live)).get(user)).toEqual({ online: true, lastSeen: null });
  });

  it('readPresence returns no last-seen date for a user who is online again', async () => {
    const user = redis.newId();
    await open(user, 'one');
    await close(user, 'one');
    await open(user, 'two');
    expect((await readPresence(redis.connection, [user], live)).get(user)).toEqual({ online: true, lastSeen: null });
  });

  it('readPresence ignores connections at dead gateways', async () => {
    const user = redis.newId();
    await open(user, 'one');
    expect((await readPresence(redis.connection, [user], ['two'])).get(user)?.online).toBe(false);
    expect((await readPresence(redis.connection, [user], [])).get(user)?.online).toBe(false);
  });

  it('readPresence reads the presence of 500 users in one call', async () => {
    const users = Array.from({ length: 500 }, () => redis.newId());
    await open(users[250] as number, 'one');
    const states = await readPresence(redis.connection, users, live);
    expect([...states].filter(([, { online }]) => online).map(([user]) => user)).toEqual([users[250]]);
    expect(states.size).toBe(500);
  });
});
