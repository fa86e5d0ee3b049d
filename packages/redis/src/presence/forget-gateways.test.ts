import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { connect } from './connect.ts';
import { forgetGateways } from './forget-gateways.ts';
import { GATEWAY_FORGOTTEN_AFTER, heartbeat } from './heartbeat.ts';

onEachRedis((redis) => {
  const open = (user: number, gateway: string) =>
    connect(redis.connection, { user, gateway, count: () => 1, most: 16, live: ['here', 'killed'] });
  const online = async (user: number) =>
    Object.keys(await redis.connection.client.hgetall(redis.connection.keys.online(user)));
  const silentFor = (gateway: string, ms: number) =>
    redis.connection.client.zadd(redis.connection.keys.gateways, Date.now() - ms, gateway);
  const forget = async () => {
    const gone: number[] = [];
    await forgetGateways(redis.connection, (user) => gone.push(user));
    return gone;
  };

  it("forgetGateways removes a killed gateway's users once each, except those connected elsewhere", async () => {
    await heartbeat(redis.connection, 'here');
    const users = Array.from({ length: 150 }, () => redis.newId());
    await Promise.all(users.map((user) => open(user, 'killed')));
    const [both, one] = users as [number, number];
    await open(both, 'here');
    await using watcher = await redis.listen(redis.connection.keys.presence(one));
    await silentFor('killed', GATEWAY_FORGOTTEN_AFTER + 1);
    const [first, second] = await Promise.all([forget(), forget()]);
    expect([...first, ...second].toSorted((a, b) => a - b)).toEqual(users.slice(1));
    expect(await online(both)).toEqual(['here']);
    expect(await online(one)).toEqual([]);
    expect(await watcher.heard()).toEqual([expect.stringContaining('"online":false')]);
    expect(await redis.connection.client.zscore(redis.connection.keys.gateways, 'killed')).toBeNull();
  });

  it('forgetGateways keeps the users of a gateway that might reconnect', async () => {
    const user = redis.newId();
    await open(user, 'killed');
    await silentFor('killed', GATEWAY_FORGOTTEN_AFTER - 5000);
    expect(await forget()).toEqual([]);
    expect(await online(user)).toEqual(['killed']);
  });

  it('forgetGateways completes the cleanup of a killed gateway after another process crashed during it', async () => {
    const user = redis.newId();
    await open(user, 'left');
    await silentFor('left', GATEWAY_FORGOTTEN_AFTER + 1);
    const { client, keys } = redis.connection;
    await client.set(keys.forgetting('left'), '1');
    expect(await forget()).toEqual([]);
    await client.del(keys.forgetting('left'));
    expect(await forget()).toEqual([user]);
  });
});
