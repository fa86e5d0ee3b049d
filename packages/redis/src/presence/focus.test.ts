import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { connect } from './connect.ts';
import { forgetGateways } from './forget-gateways.ts';
import { GATEWAY_FORGOTTEN_AFTER, heartbeat } from './heartbeat.ts';
import { readFocus } from './read-focus.ts';
import { writeFocus } from './write-focus.ts';

onEachRedis((redis) => {
  const open = async (user: number, gateway: string) => {
    await heartbeat(redis.connection, gateway);
    await connect(redis.connection, { user, gateway, count: () => 1, most: 16, live: [gateway] });
  };
  const look = (user: number, gateway: string, ...chats: number[]) =>
    writeFocus(redis.connection, { user, gateway, chats: () => chats });
  const focusOf = async (user: number) => (await readFocus(redis.connection, [user])).get(user);

  it('readFocus returns the chats that a user is looking at through any gateway', async () => {
    const [user, away] = [redis.newId(), redis.newId()];
    for (const gateway of ['one', 'two', 'three']) await open(user, gateway);
    await look(user, 'one', 5, 6);
    await look(user, 'two', 7);
    const focus = await readFocus(redis.connection, [user, away]);
    expect(focus.get(user)).toEqual({ online: true, chats: new Set([5, 6, 7]) });
    expect(focus.get(away)).toEqual({ online: false, chats: new Set() });
  });

  it('writeFocus replaces and removes the chats of a user at one gateway, without changing those of other gateways', async () => {
    const user = redis.newId();
    for (const gateway of ['one', 'two']) {
      await open(user, gateway);
      await look(user, gateway, 5);
    }
    await look(user, 'one', 8);
    expect((await focusOf(user))?.chats).toEqual(new Set([8, 5]));
    await look(user, 'two');
    expect((await focusOf(user))?.chats).toEqual(new Set([8]));
  });

  it('readFocus ignores a dead gateway, and forgetGateways removes its chats', async () => {
    const user = redis.newId();
    await open(user, 'killed');
    await look(user, 'killed', 5);
    const { client, keys } = redis.connection;
    await client.zadd(keys.gateways, Date.now() - GATEWAY_FORGOTTEN_AFTER - 1, 'killed');
    expect(await focusOf(user)).toEqual({ online: false, chats: new Set() });
    await forgetGateways(redis.connection, () => {});
    expect(await client.exists(keys.focus(user))).toBe(0);
  });
});
