import type { PresenceFrame } from '@parley/protocol';
import { forgetPermits, publishHidden } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2, { probeInterval: 100 });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const told = (client: Client, of: number) =>
  client.frames.filter((frame): frame is PresenceFrame => frame.type === 'presence' && frame.user === of);

/** Watches users and waits for the first state of each. */
async function watch(client: Client, users: number[]): Promise<PresenceFrame[]> {
  const from = client.frames.length;
  client.send({ type: 'watch', users });
  return Promise.all(
    users.map((user) =>
      client.frame((frame): frame is PresenceFrame => frame.type === 'presence' && frame.user === user, from),
    ),
  );
}

/** Waits until the last received state of a user is this one. */
const untilTold = (client: Client, of: number, online: boolean) =>
  client.until(
    () => told(client, of).at(-1)?.online === online && told(client, of).at(-1),
    () => `last told of ${of}: ${JSON.stringify(told(client, of).at(-1))}`,
  );

describe('watch lists', () => {
  it('a watch frame returns the state of each user once, and for offline users when they were last online', async () => {
    const [a, here, left, never] = (await kit.circle(4)) as [number, number, number, number];
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(here, 1);
    await bob.settled();
    const before = Date.now();
    await (await kit.connect(left, 1)).close();
    await waitFor(() => kit.link.client.get(kit.link.keys.seen(left)));
    const answers = await watch(alice, [here, left, never, here]);
    expect(answers.map(({ online, lastSeen }) => [online, lastSeen])).toEqual([
      [true, null],
      [false, expect.any(Number)],
      [false, null],
      [true, null],
    ]);
    expect(answers[1]?.lastSeen).toBeGreaterThanOrEqual(before - 1000);
    await alice.settled();
    expect(alice.frames.filter(({ type }) => type === 'presence')).toHaveLength(3);
  });

  it("a watcher is notified of a user's first connection and last disconnection on any gateway, but not of the connections between them", async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await watch(alice, [b]);
    const one = await kit.connect(b, 0, { device: 'one' });
    await untilTold(alice, b, true);
    const two = await kit.connect(b, 1, { device: 'two' });
    await one.close();
    const three = await kit.connect(b, 1, { device: 'three' });
    await two.close();
    await three.settled();
    await alice.settled();
    expect(told(alice, b).map(({ online }) => online)).toEqual([false, true]);
    const before = Date.now();
    await three.close();
    const { lastSeen } = await untilTold(alice, b, false);
    expect(Math.abs((lastSeen ?? 0) - before)).toBeLessThan(10_000);
    expect(told(alice, b)).toHaveLength(3);
  });

  it('a new watch list replaces the previous one', async () => {
    const [a, b, c] = (await kit.circle(3)) as [number, number, number];
    await using alice = await kit.connect(a, 0);
    await watch(alice, [b]);
    await watch(alice, [c]);
    await using bob = await kit.connect(b, 1);
    await bob.settled();
    await using carol = await kit.connect(c, 1);
    await carol.settled();
    await untilTold(alice, c, true);
    expect(told(alice, b)).toHaveLength(1);
    alice.send({ type: 'watch', users: [] });
    await alice.settled();
    await carol.close();
    await waitFor(() => kit.link.client.get(kit.link.keys.seen(c)));
    await alice.settled();
    expect(told(alice, c)).toHaveLength(2);
  });

  it('a watcher gets the current state even if users connect and disconnect quickly', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    for (let round = 0; round < 10; round += 1) {
      const opening = kit.connect(b, round % 2, { device: `d${round}` });
      await watch(alice, [b]);
      const bob = await opening;
      await untilTold(alice, b, true);
      const closing = bob.close();
      await watch(alice, [b]);
      await closing;
      await untilTold(alice, b, false);
    }
  });

  it('a watcher misses no presence change while its own connection catches up', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await watch(alice, [b]);
    const { hub, redis: link } = kit.gateway(0).gateway;
    for (let round = 0; round < 20; round += 1) {
      const online = round % 2 === 0;
      hub.missed(new Set([link.keys.bucket(a)]));
      link.client.spublish(
        link.keys.presence(b),
        JSON.stringify({ type: 'presence', user: b, online, lastSeen: null }),
      );
      await untilTold(alice, b, online);
    }
  });
});

describe('users that the watcher may not write to', () => {
  it('users that do not accept messages from the watcher appear offline', async () => {
    const [a, b] = await kit.friends();
    const [stranger, blocker] = [kit.newId(), kit.newId()];
    await kit.permit(stranger, [b]);
    await kit.permit(blocker, [a, b], [a]);
    await using strange = await kit.connect(stranger, 1);
    await strange.settled();
    await using bob = await kit.connect(b, 0, { device: 'watching' });
    await watch(bob, [stranger]);
    await using alice = await kit.connect(a, 0);
    expect(await watch(alice, [stranger, blocker])).toMatchObject([
      { online: false, lastSeen: null },
      { online: false, lastSeen: null },
    ]);
    await using block = await kit.connect(blocker, 1);
    await block.settled();
    await strange.close();
    await untilTold(bob, stranger, false);
    await alice.settled();
    expect(alice.frames.filter(({ type }) => type === 'presence')).toHaveLength(2);
    expect(told(bob, stranger).map(({ online }) => online)).toEqual([true, false]);
  });

  it('users appear offline to watchers after they hide their presence', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    await bob.settled();
    expect(await watch(alice, [b])).toMatchObject([{ online: true }]);
    const choose = async (lastSeen: 'friends' | 'nobody') => {
      await kit.permit(b, [a], [], { lastSeen });
      await publishHidden(kit.link, b);
    };
    await choose('friends');
    expect(await watch(alice, [b])).toMatchObject([{ online: true }]);
    await choose('nobody');
    await untilTold(alice, b, false);
    await bob.close();
    await waitFor(() => kit.link.client.get(kit.link.keys.seen(b)));
    expect(await watch(alice, [b])).toMatchObject([{ online: false, lastSeen: null }]);
    expect(told(alice, b).map(({ online }) => online)).toEqual([true, true, false, false]);
  });

  it('the ack of a message does not reveal a presence that the recipient hides', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 0);
    await bob.settled();
    expect(await alice.text(b, 'shown')).toMatchObject({ online: true });
    await kit.permit(b, [a], [], { lastSeen: 'friends' });
    await forgetPermits(kit.link, [a]);
    expect(await alice.text(b, 'friend')).toMatchObject({ online: true });
    await kit.permit(b, [a], [], { lastSeen: 'nobody' });
    await forgetPermits(kit.link, [a]);
    let sent = 0;
    await waitFor(async () => !(await alice.text(b, `hidden ${++sent}`)).online);
    const again = await alice.text(b, `hidden ${sent}`);
    expect(again).toMatchObject({ duplicate: true, online: false });
  });

  it('a watcher stops getting the presence of users that no longer accept messages from the watcher', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using other = await kit.connect(b, 0, { device: 'other' });
    await using bob = await kit.connect(b, 1);
    await bob.settled();
    await watch(other, [b]);
    expect(await watch(alice, [b])).toMatchObject([{ online: true }]);
    await forgetPermits(kit.link, [a, b], [[a, b]]);
    expect(await watch(alice, [b])).toMatchObject([{ online: true }]);
    await kit.permit(b, []);
    await forgetPermits(kit.link, [a, b], [[a, b]]);
    await untilTold(alice, b, false);
    const frame = { type: 'presence', user: b, online: true, lastSeen: null };
    await kit.link.client.spublish(kit.link.keys.presence(b), JSON.stringify(frame));
    await waitFor(() => told(other, b).length === 2);
    await alice.settled();
    expect(told(alice, b)).toHaveLength(3);
  });

  it('a user can watch their own presence', async () => {
    const a = kit.newId();
    await using alice = await kit.connect(a, 0);
    expect(await watch(alice, [a])).toMatchObject([{ online: true }]);
  });
});

describe('gateways that start and stop', () => {
  it('users of a killed gateway go offline, and their watchers are notified', async () => {
    const [a, b] = await kit.friends();
    const { client, keys } = kit.link;
    await using alice = await kit.connect(a, 0);
    await client.zadd(keys.gateways, Date.now(), 'killed');
    await client.hset(keys.online(b), 'killed', 1);
    await watch(alice, [b]);
    await untilTold(alice, b, true);
    await waitFor(() => kit.gateway(0).gateway.presence.live.has('killed'));
    // Its last heartbeat was 15 s ago.
    await client.zadd(keys.gateways, Date.now() - 15_001, 'killed');
    await untilTold(alice, b, false);
    await using bob = await kit.connect(b, 1);
    await bob.settled();
    await untilTold(alice, b, true);
  });

  it('a user of a gateway that just started counts as online before other gateways know that gateway', async () => {
    await using fresh = await Kit.start(1, { probeInterval: 60_000 });
    await fresh.addGateway({ probeInterval: 60_000 });
    const [a, b] = await fresh.friends();
    await using alice = await fresh.connect(a, 1);
    await using there = await fresh.connect(b, 1, { device: 'there' });
    const here = await fresh.connect(b, 0, { device: 'here' });
    await here.close();
    await waitFor(() => fresh.gateway(0).gateway.connections.size === 0);
    expect(await alice.text(b, 'still there?')).toMatchObject({ online: true });
    expect(await watch(alice, [b])).toMatchObject([{ online: true }]);
    await there.settled();
  });

  it('a stopped gateway leaves the list of gateways, and its users go offline', async () => {
    await using other = await Kit.start(2, { probeInterval: 100 });
    const [a, b] = await other.friends();
    await using alice = await other.connect(a, 0);
    await using bob = await other.connect(b, 1);
    await watch(alice, [b]);
    await other.gateway(1).stop();
    other.gateways.pop();
    await bob.untilClosed();
    await untilTold(alice, b, false);
    expect(await other.link.client.zcard(other.link.keys.gateways)).toBe(1);
  });
});

it('gateways unsubscribe from channels that no connection needs any longer', async () => {
  await using own = await Kit.start(2, { probeInterval: 200 });
  const channels = async () =>
    ((await own.redis.ask('PUBSUB', 'SHARDCHANNELS')) as string[][]).flat().filter((name) => !name.includes(':probe:'));
  expect(await channels()).toEqual([]);
  const users = await own.circle(20);
  const clients = await Promise.all(users.map((user, i) => own.connect(user, i % 2)));
  await Promise.all(clients.map((client) => watch(client, users)));
  // A lost probe makes a gateway subscribe to all channels again.
  await expect
    .poll(async () => (await channels()).toSorted())
    .toEqual(users.flatMap((user) => [own.link.keys.presence(user), own.link.keys.user(user)]).toSorted());
  await Promise.all(clients.map((client) => client.close()));
  await waitFor(async () => (await channels()).length === 0);
  for (const { gateway } of own.gateways) {
    expect(gateway.connections.size).toBe(0);
    expect(gateway.hub.size).toBe(0);
  }
});
