import { append } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client.ts';
import { expectGapless } from './expect-gapless.ts';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, i) => `m${from + i}`);

/**
 * Sends `m1` to `m<count>` from Alice to Bob, who is offline. Resolves with their cursors, in
 * order.
 */
async function sentWhileAway(count: number): Promise<{ a: number; b: number; cursors: string[] }> {
  const [a, b] = await kit.friends();
  await using alice = await kit.connect(a);
  await alice.texts(b, numbers(count));
  return { a, b, cursors: (await kit.inbox(b)).map(({ cursor }) => cursor) };
}

describe('recovery after a reconnect', () => {
  it('a device that reconnects receives missed events once and in order, and then new events', async () => {
    const { a, b, cursors } = await sentWhileAway(5);
    await using bob = await kit.connect(b, 1, { cursor: cursors[1] as string });
    expect(await bob.welcome()).toMatchObject({ user: b, recovered: true, cursor: cursors[1] });
    await using alice = await kit.connect(a);
    await alice.text(b, 'm6');
    await bob.untilEvents(4);
    await bob.settled();
    expect(bob.heard).toEqual(numbers(4, 3));
    expectGapless(bob);
  });

  it('a device that reconnects with the newest cursor receives no events', async () => {
    const { b, cursors } = await sentWhileAway(2);
    await using bob = await kit.connect(b, 1, { cursor: cursors[1] as string });
    expect(await bob.welcome()).toMatchObject({ recovered: true, cursor: cursors[1] });
    await bob.settled();
    expect(bob.events).toEqual([]);
  });

  it('a device that reconnects receives the newest of several events that replace each other, without a gap', async () => {
    const { a, b, cursors } = await sentWhileAway(1);
    await using alice = await kit.connect(a);
    for (const text of ['m2', 'm3', 'm4']) {
      const { id } = await alice.text(b, text);
      for (const edited of [`${text} edited`, `${text} edited twice`])
        await alice.ask({ type: 'edit', ref: edited, chat: b, id, body: { type: 'text', text: edited } });
    }
    await using bob = await kit.connect(b, 1, { cursor: cursors[0] as string });
    await bob.welcome();
    await bob.settled();
    expectGapless(bob);
    const kinds = bob.events.map(({ event }) => event.kind);
    expect(kinds).toEqual(Array.from({ length: 3 }, () => ['message', 'skipped', 'edit']).flat());
    const edits = bob.events.flatMap(({ event }) => (event.kind === 'edit' ? [event.body] : []));
    expect(edits).toEqual(['m2', 'm3', 'm4'].map((text) => ({ type: 'text', text: `${text} edited twice` })));
  });

  it('a device whose events were evicted from the inbox gets recovered: false once, and then the remaining pages', async () => {
    const [a, b] = await kit.friends();
    const gateway = await kit.addGateway({ inboxLength: 250 });
    await append(kit.link, [{ user: b, event: JSON.stringify(messageTo(b, 'before')) }]);
    const cursor = (await kit.inbox(b))[0]?.cursor ?? '';
    await using alice = await Client.open(gateway.url, kit.token(a));
    await alice.texts(b, numbers(240));
    const { id } = await alice.text(b, 'has reactions');
    for (let i = 0; i < 300; i += 1)
      await alice.ask({ type: 'react', ref: `r${i}`, chat: b, id, emoji: `${i}`, active: true });
    await alice.text(b, 'last');
    await using bob = await kit.connect(b, 1, { cursor });
    expect(await bob.welcome()).toMatchObject({ recovered: false });
    await bob.until(
      () => bob.heard.at(-1) === 'last',
      () => JSON.stringify(bob.heard.slice(-3)),
    );
    expect(bob.heard.slice(-242)).toEqual([...numbers(240), 'has reactions', 'last']);
    expectGapless(bob);
  });

  it('a device receives an inbox of several pages completely and in order', async () => {
    const [, b] = await kit.friends();
    const texts = Array.from({ length: 250 }, (_, i) => `${i} ${'长'.repeat(3000)}`);
    await append(
      kit.link,
      texts.map((text) => ({ user: b, event: JSON.stringify(messageTo(b, text)) })),
    );
    await using bob = await kit.connect(b, 1);
    await bob.untilEvents(250);
    await bob.settled();
    expect(bob.heard).toEqual(texts);
    expectGapless(bob);
  });

  it('a device without a cursor resumes after the events that it last acknowledged', async () => {
    const { b, cursors } = await sentWhileAway(4);
    const phone = await kit.connect(b, 0, { device: 'phone' });
    await phone.untilEvents(4);
    phone.send({ type: 'received', cursor: cursors[2] as string });
    await phone.settled();
    await phone.close();
    await using again = await kit.connect(b, 1, { device: 'phone' });
    expect(await again.welcome()).toMatchObject({ recovered: true, cursor: cursors[2] });
    await again.untilEvents(1);
    await again.settled();
    expect(again.heard).toEqual(['m4']);
    await using other = await kit.connect(b, 1, { device: 'tablet' });
    expect(await other.welcome()).toMatchObject({ recovered: true });
    await other.untilEvents(4);
    expect(other.heard).toEqual(numbers(4));
  });

  it('a device with the cursor `latest` receives only new events', async () => {
    const { a, b, cursors } = await sentWhileAway(3);
    await using bob = await kit.connect(b, 1, { cursor: 'latest' });
    expect(await bob.welcome()).toMatchObject({ recovered: true, cursor: cursors[2] });
    await using alice = await kit.connect(a);
    await alice.text(b, 'm4');
    await bob.untilEvents(1);
    expect(bob.heard).toEqual(['m4']);
    expectGapless(bob);
  });

  it('a device whose cursor was trimmed from the inbox gets recovered: false and all remaining events', async () => {
    const { a, b, cursors } = await sentWhileAway(5);
    await kit.link.client.xtrim(kit.link.keys.inbox(b), 'MAXLEN', 3);
    await using bob = await kit.connect(b, 1, { cursor: cursors[0] as string });
    expect(await bob.welcome()).toMatchObject({ recovered: false, cursor: cursors[1] });
    await using never = await kit.connect(b, 1, { device: 'never seen' });
    expect(await never.welcome()).toMatchObject({ recovered: false, cursor: cursors[1] });
    await using exact = await kit.connect(b, 1, { device: 'exact', cursor: cursors[1] as string });
    expect(await exact.welcome()).toMatchObject({ recovered: true, cursor: cursors[1] });
    await using alice = await kit.connect(a);
    await alice.text(b, 'm6');
    for (const client of [bob, never, exact]) {
      await client.untilEvents(4);
      expect(client.heard).toEqual(numbers(4, 3));
      expectGapless(client);
    }
  });

  it.each([
    ['of another epoch', (epoch: number) => `${epoch - 1}-2`],
    ['of a future epoch', (epoch: number) => `${epoch + 1}-0`],
    ['of a future event', (epoch: number) => `${epoch}-4`],
  ])(
    'a device with a cursor %s gets recovered: false and a valid cursor from which it continues',
    async (_title, wrong) => {
      const { a, b, cursors } = await sentWhileAway(3);
      const epoch = Number(cursors[0]?.split('-')[0]);
      await using bob = await kit.connect(b, 1, { cursor: wrong(epoch) });
      const welcome = await bob.welcome();
      expect(welcome).toMatchObject({ recovered: false, cursor: `${epoch}-0` });
      await bob.untilEvents(3);
      await using again = await kit.connect(b, 0, { cursor: welcome.cursor, device: 'again' });
      expect(await again.welcome()).toMatchObject({ recovered: true, cursor: welcome.cursor });
      await using alice = await kit.connect(a);
      await alice.text(b, 'm4');
      for (const client of [bob, again]) {
        await client.untilEvents(4);
        expect(client.heard).toEqual(numbers(4));
      }
    },
  );
});

describe('events that were not published', () => {
  it('the gateway reads an unpublished event from the inbox when a later event shows the gap', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b, 1);
    await alice.text(b, 'm1');
    await bob.untilEvents(1);
    const [epoch] = bob.cursor.split('-');
    for (const text of ['m2', 'm3'])
      await kit.link.client.xadd(kit.link.keys.inbox(b), `${epoch}-*`, 'e', JSON.stringify(messageTo(b, text)));
    await alice.text(b, 'm4');
    await bob.untilEvents(4);
    expect(bob.heard).toEqual(numbers(4));
    expectGapless(bob);
  });

  it('events that arrive while a connection opens are neither lost nor duplicated', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const texts = numbers(400);
    const sending = alice.texts(b, texts);
    const heard: string[] = [];
    let cursor: string | undefined;
    for (let round = 0; heard.length < texts.length; round += 1) {
      const bob = await kit.connect(b, round % 2, cursor ? { cursor } : {});
      expect((await bob.welcome()).recovered).toBe(true);
      const last = round > 20;
      await bob.untilEvents(last ? texts.length - heard.length : Math.min(round % 3, texts.length - heard.length));
      expectGapless(bob);
      heard.push(...bob.heard);
      cursor = bob.cursor;
      await bob[Symbol.asyncDispose]();
    }
    await sending;
    expect(heard).toEqual(texts);
  });

  it('devices that connect during a flood of events receive every event of the flood', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const texts = numbers(300);
    const sending = alice.texts(b, texts);
    const devices: Client[] = [];
    for (let i = 0; i < 12; i += 1) {
      devices.push(await kit.connect(b, i % 2, { device: `d${i}` }));
      await devices[0]?.untilEvents(i * 20);
    }
    await sending;
    for (const device of devices) {
      await device.untilEvents(texts.length);
      expect(device.heard).toEqual(texts);
      expectGapless(device);
      await device.close();
    }
  });
});

describe('opening connections', () => {
  it('a connection does not go live after it has read an inbox page that is older than its subscription', async () => {
    const [, b] = await kit.friends();
    const { gateway } = kit.gateway(0);
    const missed = () => gateway.hub.missed(new Set([kit.link.keys.bucket(b)]));
    await using bob = await kit.connect(b, 0);
    const [epoch] = bob.cursor.split('-');
    for (let round = 1; round <= 5; round += 1) {
      const event = JSON.stringify(messageTo(b, `m${round}`));
      // The inbox is read. Then an event arrives that is not published. Then the subscription is
      // restored.
      missed();
      gateway.redis.client.xadd(kit.link.keys.inbox(b), `${epoch}-*`, 'e', event);
      missed();
      await bob.untilEvents(round);
    }
    expect(bob.heard).toEqual(numbers(5));
  });

  it('a connection that closes before it is open does not count as online', async () => {
    const [, b] = await kit.friends();
    const opened = await kit.connect(b, 0);
    for (let i = 0; i < 10; i += 1) {
      const early = await kit.connect(b, i % 2, { device: `d${i}` });
      early.socket.terminate();
    }
    await opened.close();
    await waitFor(async () => (await kit.link.client.exists(kit.link.keys.online(b))) === 0);
  });
});

function messageTo(user: number, text: string) {
  return {
    kind: 'message',
    id: 1,
    conversation: `1_${user}`,
    from: 1,
    to: user,
    date: 1,
    body: { type: 'text', text },
  };
}
