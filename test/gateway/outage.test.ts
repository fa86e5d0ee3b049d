import { waitFor } from '@parley/stack';
import { describe, expect, it } from 'vitest';
import { expectGapless } from './expect-gapless.ts';
import { Kit } from './kit.ts';
import { sendUntilTaken } from './send-until-taken.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`);

describe('while Redis is killed and restarted under load', () => {
  it('while Redis restarts under load, sockets stay open, and all messages arrive once and in order', async () => {
    await using kit = await Kit.start(2, { probeInterval: 200 });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    await using tablet = await kit.connect(b, 0, { device: 'tablet' });
    const texts = numbers(300);
    const sending = sendUntilTaken(alice, b, texts);
    await bob.untilEvents(100);
    await kit.redis.kill();
    const reply = await alice.ask({ type: 'send', ref: 'away', to: b, body: { type: 'text', text: 'away' } });
    expect(reply).toMatchObject({ type: 'error', code: 'unavailable', retry: true });
    await kit.redis.restart();
    const acks = await sending;
    expect(new Set(acks.map(({ id }) => id)).size).toBe(texts.length);
    for (const client of [alice, bob, tablet]) {
      await client.untilEvents(texts.length);
      await client.settled();
      expect(client.heard.toSorted()).toEqual(texts.toSorted());
      // If all masters of a cluster die while a message is half accepted, its resend completes it,
      // after later messages.
      if (!kit.redis.clustered) expect(client.heard).toEqual(alice.heard);
      expectGapless(client);
      expect(client.closed).toBeUndefined();
    }
    // The gateways write their counts again. A user who disconnected in between is not counted.
    await waitFor(async () => Object.keys(await kit.link.client.hgetall(kit.link.keys.online(b))).length === 2);
  });
});

describe('a user who disconnected while Redis was unavailable', () => {
  it('a user who disconnects while Redis is unavailable is offline when Redis is available again', async () => {
    await using kit = await Kit.start(2, { probeInterval: 200 });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    const bob = await kit.connect(b, 1);
    alice.send({ type: 'watch', users: [b] });
    const presence = () => alice.frames.findLast((frame) => frame.type === 'presence');
    await alice.until(
      () => presence()?.online === true,
      () => 'bob is offline',
    );
    await kit.redis.kill();
    await bob.close();
    await waitFor(() => kit.gateway(1).gateway.hub.size === 0);
    await kit.redis.restart();
    await alice.until(
      () => presence()?.online === false,
      () => 'bob is still online',
    );
    await waitFor(async () => (await kit.link.client.exists(kit.link.keys.online(b))) === 0);
  });
});

describe('sessions revoked while a gateway is not subscribed', () => {
  it('if a gateway missed the revocation of a session, it closes the connection as soon as it has subscribed again', async () => {
    await using kit = await Kit.start(1, { probeInterval: 200 });
    const [a] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    const { client, keys } = kit.link;
    await client.zadd(keys.revoked(a), Date.now() + 60_000, `session-${a}`);
    // The revocation was published while no gateway was subscribed.
    await kit.redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
    expect(await alice.untilClosed()).toMatchObject({ code: 4003 });
  });
});

describe('after Redis restarted without its data', () => {
  it('after Redis lost its data, gateways make clients reconnect, and clients get recovered: false', async () => {
    await using kit = await Kit.start(2, { probeInterval: 200 });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    await alice.texts(b, numbers(3));
    await bob.untilEvents(3);
    await kit.restartRedis({ empty: true });
    for (const client of [alice, bob]) {
      const { after } = await client.frame((frame) => frame.type === 'reconnect');
      expect(after).toBeLessThanOrEqual(2000);
      expect(await client.untilClosed()).toMatchObject({ code: 1012 });
      expect(client.frames.filter((frame) => frame.type === 'reconnect')).toHaveLength(1);
    }
    await waitFor(() => kit.permit(b, [a]).then(() => true));
    await waitFor(() => kit.noRecordedRefs(a, b).then(() => true));
    await using again = await kit.connect(a, 1, { cursor: alice.cursor });
    expect(await again.welcome()).toMatchObject({ recovered: false });
    await again.text(b, 'after');
    await again.untilEvents(1);
    expectGapless(again);
    await using back = await kit.connect(b, 1, { cursor: bob.cursor });
    expect(await back.welcome()).toMatchObject({ recovered: false });
    await back.untilEvents(1);
    expect(back.heard).toEqual(['after']);
  });

  it('after Redis lost its data, users with an empty inbox reconnect and appear online', async () => {
    await using kit = await Kit.start(2, { probeInterval: 200 });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    await kit.restartRedis({ empty: true });
    // The inboxes of these users have a new epoch too.
    await Promise.all([alice.untilClosed(), bob.untilClosed()]);
    await waitFor(() => Promise.all([kit.permit(b, [a]), kit.permit(a, [b])]).then(() => true));
    await using again = await kit.connect(b, 1, { cursor: bob.cursor });
    await using watcher = await kit.connect(a, 0, { cursor: alice.cursor });
    watcher.send({ type: 'watch', users: [b] });
    expect(await watcher.frame((frame) => frame.type === 'presence')).toMatchObject({ user: b, online: true });
    await again.settled();
  });
});
