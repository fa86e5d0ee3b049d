import { accept } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectGapless } from './expect-gapless.ts';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.startCluster(2);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`);

describe('on a Redis Cluster, with each user in a bucket of their own', () => {
  it('users in different buckets exchange messages live, and each ack reports whether the other user is connected', async () => {
    const [a, b] = await kit.friends();
    expect(kit.link.keys.bucket(a)).not.toBe(kit.link.keys.bucket(b));
    await using alice = await kit.connect(a, 0);
    expect(await alice.text(b, 'c0', 'nobody there?')).toMatchObject({ online: false, duplicate: false });
    await using bob = await kit.connect(b, 1);
    const ack = await alice.text(b, 'c1', 'hello');
    expect(ack).toMatchObject({ online: true, conversation: `${a}_${b}`, duplicate: false });
    await bob.text(a, 'c1', 'hi');
    for (const client of [alice, bob]) {
      await client.untilEvents(3);
      expect(client.heard).toEqual(['nobody there?', 'hello', 'hi']);
      expectGapless(client);
    }
    expect(bob.events[1]?.event).not.toHaveProperty('ref');
    expect(alice.events[1]?.event).toMatchObject({ ref: 'c1', id: ack.id });
  });

  it('all devices receive all messages in one order without a gap while many users write over two gateways', async () => {
    const users = await kit.circle(3);
    const clients = await Promise.all(
      users.flatMap((user, i) => [
        kit.connect(user, i % 2, { device: 'one' }),
        kit.connect(user, (i + 1) % 2, { device: 'two' }),
      ]),
    );
    await Promise.all(
      clients.map((client, i) => {
        const to = users[((i >> 1) + 1) % 3] as number;
        return client.texts(
          to,
          numbers(40).map((text) => `${i}${text}`),
          { window: 8 },
        );
      }),
    );
    const copies = new Map<string, string>();
    for (const client of clients) {
      // 40 events from each of two devices, for both users.
      await client.untilEvents(160);
      await client.settled();
      expect(client.events).toHaveLength(160);
      expectGapless(client);
      const conversations = new Map<string, number[]>();
      for (const { event } of client.events) {
        if (event.kind !== 'message') continue;
        conversations.set(event.conversation, [...(conversations.get(event.conversation) ?? []), event.id]);
      }
      for (const [conversation, ids] of conversations) {
        expect(ids).toEqual([...new Set(ids)].toSorted((x, y) => x - y));
        expect(copies.get(conversation) ?? ids.join()).toBe(ids.join());
        copies.set(conversation, ids.join());
      }
    }
    await Promise.all(clients.map((client) => client.close()));
  });

  it('a resend completes a message that a gateway had written to only one inbox before it died, and creates no duplicate', async () => {
    const [a, b] = await kit.friends();
    // Appends only to the home bucket, that of alice, as if the gateway had died before it
    // forwarded the message.
    const halfway = accept(
      {
        ...kit.link,
        run: (script, keys, args) =>
          script.name === 'forward' ? Promise.reject(new Error('killed')) : kit.link.run(script, keys, args),
      },
      { from: a, to: b, ref: 'half', body: '{"type":"text","text":"half"}', record: true },
    );
    await expect(halfway).rejects.toThrow('killed');
    expect([(await kit.inbox(a)).length, (await kit.inbox(b)).length]).toEqual([1, 0]);
    await using bob = await kit.connect(b, 1);
    await using alice = await kit.connect(a, 0);
    await alice.untilEvents(1);
    expect(await alice.text(b, 'half')).toMatchObject({ duplicate: true, online: true });
    expect(await alice.text(b, 'half')).toMatchObject({ duplicate: true });
    await alice.text(b, 'whole');
    for (const client of [alice, bob]) {
      await client.untilEvents(2);
      await client.settled();
      expect(client.heard).toEqual(['half', 'whole']);
      expectGapless(client);
    }
  });

  it("each member of a group receives each message once, whatever the member's bucket", async () => {
    const members = Array.from({ length: 12 }, () => kit.newId());
    const group = await kit.group(members);
    const clients = await Promise.all(members.map((user, i) => kit.connect(user, i % 2)));
    await clients[0]?.texts(group, numbers(20));
    for (const client of clients) {
      await client.untilEvents(20);
      expect(client.heard).toEqual(numbers(20));
      expectGapless(client);
    }
    await Promise.all(clients.map((client) => client.close()));
  });
});

describe('on a Redis Cluster, a device that reconnects', () => {
  it('on a Redis Cluster, a device that reconnects gets missed events, and the gateway fills a gap', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await alice.texts(b, numbers(150));
    const cursor = (await kit.inbox(b))[9]?.cursor as string;
    await using bob = await kit.connect(b, 1, { cursor });
    await bob.untilEvents(140);
    const [epoch] = cursor.split('-');
    const event = { kind: 'chat', chat: a, change: 'updated' };
    await kit.link.client.xadd(kit.link.keys.inbox(b), `${epoch}-*`, 'e', JSON.stringify(event));
    await alice.text(b, 'last');
    await bob.untilEvents(142);
    expect(bob.heard).toEqual([...numbers(150).slice(10), 'last']);
    expectGapless(bob);
  });

  it('on a Redis Cluster, a user can watch friends in other buckets', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    alice.send({ type: 'watch', users: [b] });
    const last = () => alice.frames.findLast((frame) => frame.type === 'presence');
    await alice.until(
      () => last()?.online === false,
      () => 'not told',
    );
    const bob = await kit.connect(b, 1);
    await alice.until(
      () => last()?.online,
      () => 'bob is offline',
    );
    await bob.close();
    await alice.until(
      () => last()?.online === false,
      () => 'bob is online',
    );
    await waitFor(async () => (await kit.link.client.exists(kit.link.keys.online(b))) === 0);
  });
});
