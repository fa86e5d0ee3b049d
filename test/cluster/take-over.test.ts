import { type RedisServer, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../gateway/kit.ts';
import { sendUntilTaken } from '../gateway/send-until-taken.ts';

let kit: Kit;
let failing: RedisServer;
let heir: RedisServer;
let at: Redis;
beforeAll(async () => {
  kit = await Kit.startCluster(2, { probeInterval: 200 });
  [failing, heir] = [kit.redis.nodes[0], kit.redis.nodes[3]] as [RedisServer, RedisServer];
  at = new Redis(failing.url);
  at.on('error', () => {});
});
afterAll(async () => {
  at?.disconnect();
  await kit?.[Symbol.asyncDispose]();
});

/** Returns whether a user's inbox is on the master that is going to fail. */
function isThere(user: number): Promise<boolean> {
  return at.exists(kit.link.keys.inbox(user)).then(
    () => true,
    () => false,
  );
}

/** Isolates the replica: it receives no more data from its master. */
async function cutOff(): Promise<void> {
  expect(await at.wait(1, 5000)).toBe(1);
  process.kill(heir.pid, 'SIGSTOP');
  await at.call('CLIENT', 'KILL', 'TYPE', 'replica');
}

describe('without REPLICAS_ACK, when a replica takes over that lacks events that devices have received', () => {
  it('after a fail-over that lost events, the affected devices get recovered: false and receive new events', async () => {
    const users = await kit.circle(30);
    const there = await Promise.all(users.map(isThere));
    const [a = 0, b = 0] = users.filter((_, i) => there[i]);
    const [c = 0, d = 0] = users.filter((_, i) => !there[i]);
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    await using carol = await kit.connect(c, 0);
    await using dave = await kit.connect(d, 1);
    await alice.text(b, 'first');
    await bob.untilEvents(1);

    await cutOff();
    await alice.text(b, 'only the master has this');
    await bob.untilEvents(2);
    await failing.kill();
    process.kill(heir.pid, 'SIGCONT');
    for (const client of [alice, bob]) expect(await client.untilClosed(30_000)).toMatchObject({ code: 1012 });

    await using back = await kit.connect(b, 1, { cursor: bob.cursor });
    expect(await back.welcome()).toMatchObject({ recovered: false });
    await using again = await kit.connect(a, 0, { cursor: alice.cursor });
    await sendUntilTaken(again, b, ['in its place'], { timeout: 20_000 });
    await back.untilEvents(2);
    expect(back.heard).toEqual(['first', 'in its place']);

    await sendUntilTaken(carol, d, ['all is well here']);
    await waitFor(() => dave.heard.length === 1);
    await dave.settled();
    expect([carol.closed, dave.closed]).toEqual([undefined, undefined]);
  }, 90_000);
});
