import { expect, it } from 'vitest';
import { readPresence } from './presence.ts';
import { connect } from './scripts/connect.ts';
import { disconnect } from './scripts/disconnect.ts';
import { heartbeat } from './scripts/heartbeat.ts';
import { onEachRedis } from './test/each-redis.ts';

onEachRedis((redis) => {
  const live = ['one', 'two'];
  const open = (user: number, gateway: string) =>
    connect(redis.link, { user, gateway, count: () => 1, most: 16, live });
  const close = (user: number, gateway: string) => disconnect(redis.link, { user, gateway, count: () => 0, live });

  it('tells of each user whether they are online, and of the others when they were last', async () => {
    const [here, left, never] = [redis.newId(), redis.newId(), redis.newId()];
    await open(here, 'one');
    await open(left, 'two');
    const before = Date.now();
    await close(left, 'two');
    const states = await readPresence(redis.link, [here, left, never], live);
    expect(states.get(here)).toEqual({ online: true, lastSeen: null });
    expect(states.get(left)?.online).toBe(false);
    expect(states.get(left)?.lastSeen).toBeGreaterThanOrEqual(before);
    expect(states.get(never)).toEqual({ online: false, lastSeen: null });
  });

  it('a user at a gateway nobody has heard of is online if it beats', async () => {
    const user = redis.newId();
    await heartbeat(redis.link, `started-${user}`);
    await open(user, `started-${user}`);
    expect((await readPresence(redis.link, [user], live)).get(user)).toEqual({ online: true, lastSeen: null });
  });

  it('a user is online again with no date, however often they left', async () => {
    const user = redis.newId();
    await open(user, 'one');
    await close(user, 'one');
    await open(user, 'two');
    expect((await readPresence(redis.link, [user], live)).get(user)).toEqual({ online: true, lastSeen: null });
  });

  it('connections at a gateway that is gone count for nothing', async () => {
    const user = redis.newId();
    await open(user, 'one');
    expect((await readPresence(redis.link, [user], ['two'])).get(user)?.online).toBe(false);
    expect((await readPresence(redis.link, [user], [])).get(user)?.online).toBe(false);
  });

  it('500 users are asked at once', async () => {
    const users = Array.from({ length: 500 }, () => redis.newId());
    await open(users[250] as number, 'one');
    const states = await readPresence(redis.link, users, live);
    expect([...states].filter(([, { online }]) => online).map(([user]) => user)).toEqual([users[250]]);
    expect(states.size).toBe(500);
  });
});
