import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { connect } from './connect.ts';
import { heartbeat } from './heartbeat.ts';
import { readConnections } from './read-connections.ts';

onEachRedis((redis) => {
  it("readConnections counts a user's connections at live gateways only", async () => {
    const user = redis.newId();
    const names = ['a', 'b', 'dead'].map((name) => `${name}-${user}`);
    const [first, second, dead] = names as [string, string, string];
    const open = (gateway: string, count: number) =>
      connect(redis.connection, { user, gateway, count: () => count, most: 16, live: names });
    await open(second, 1);
    await open(first, 2);
    await open(dead, 1);
    await heartbeat(redis.connection, first);
    await heartbeat(redis.connection, second);
    expect(await readConnections(redis.connection, user)).toEqual([
      { gateway: first, connections: 2 },
      { gateway: second, connections: 1 },
    ]);
    expect(await readConnections(redis.connection, redis.newId())).toEqual([]);
  });
});
