import type { Body, EventOf, MessageEvent } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const messages = (client: Client) =>
  client.events.map(({ event }) => event).filter((event): event is EventOf<'message'> => event.kind === 'message');

describe('messages between two gateways', () => {
  it('two users on two gateways exchange messages live', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);

    const ack = await alice.text(b, 'c1', 'hello');
    expect(ack).toEqual({
      type: 'ack',
      ref: 'c1',
      id: expect.any(Number),
      conversation: `${a}_${b}`,
      date: expect.any(Number),
      cursor: expect.stringMatching(/^\d+-1$/),
      online: true,
      duplicate: false,
    });
    expect(Math.abs(ack.date - Date.now())).toBeLessThan(60_000);
    await bob.untilEvents(1);
    expect(bob.events[0]?.event).toEqual({
      kind: 'message',
      id: ack.id,
      conversation: ack.conversation,
      from: a,
      to: b,
      date: ack.date,
      body: { type: 'text', text: 'hello' },
    });
    await bob.text(a, 'c1', 'hi');
    await alice.untilEvents(2);
    expect(alice.heard).toEqual(['hello', 'hi']);
    expect(messages(alice)[0]).toMatchObject({ ref: 'c1', id: ack.id });
    expect(messages(alice)[1]).not.toHaveProperty('ref');
  });

  it("each ack, even that of a resend, contains the cursor of the sender's own copy of the message", async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    await bob.text(a, 'theirs');
    const acks = [await alice.text(b, 'c1'), await alice.text(b, 'c2'), await alice.text(b, 'c1')];
    await alice.untilEvents(3);
    const cursors = alice.events.map(({ cursor }) => cursor);
    expect(acks.map(({ cursor }) => cursor)).toEqual([cursors[1], cursors[2], cursors[1]]);
  });

  it('every device gets the same message; only devices of the sender get its ref', async () => {
    const [a, b] = await kit.friends();
    const devices = (user: number) =>
      Promise.all([0, 1, 0].map((gateway, i) => kit.connect(user, gateway, { device: `d${i}` })));
    const alices = await devices(a);
    const bobs = await devices(b);
    const ack = await (alices[1] as Client).text(b, 'm1');
    await Promise.all([...alices, ...bobs].map((client) => client.untilEvents(1)));
    for (const alice of alices) expect(messages(alice)).toMatchObject([{ id: ack.id, ref: 'm1' }]);
    for (const bob of bobs) {
      expect(messages(bob)).toMatchObject([{ id: ack.id }]);
      expect(messages(bob)[0]).not.toHaveProperty('ref');
    }
    await Promise.all([...alices, ...bobs].map((client) => client.close()));
  });

  it('each ack reports whether the recipient is connected, even right after the recipient connects or disconnects', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    for (let round = 0; round < 5; round += 1) {
      expect(await alice.text(b, `away${round}`)).toMatchObject({ online: false });
      const one = await kit.connect(b, 0, { device: 'one' });
      expect(await alice.text(b, `one${round}`)).toMatchObject({ online: true });
      const two = await kit.connect(b, 1, { device: 'two' });
      await one.close();
      expect(await alice.text(b, `two${round}`)).toMatchObject({ online: true });
      await two.close();
      await waitFor(async () => (await kit.link.client.exists(kit.link.keys.online(b))) === 0);
    }
  });
});

describe('messages', () => {
  it.each<{ body: Body }>([
    { body: { type: 'text', text: '你好 👩‍👩‍👧‍👦 "quoted" \\ \n \u2028 \u0001 </script>' } },
    { body: { type: 'text', text: '👍'.repeat(8000) } },
    { body: { type: 'image', media: 5, name: '图 "1".png', size: 10, mime: 'image/png', width: 4, height: 3 } },
    { body: { type: 'video', media: 6, name: 'v.mp4', size: 1e9, mime: 'video/mp4', duration: 1.5 } },
    { body: { type: 'audio', media: 7, name: 'a.ogg', size: 0, mime: 'audio/ogg' } },
    { body: { type: 'file', media: 8, name: 'f', size: 1, mime: 'application/x-7z-compressed' } },
    { body: { type: 'sticker', code: 'wave' } },
    { body: { type: 'card', user: 9_007_199_254_740_991 } },
  ])('a message of type $body.type arrives unchanged', async ({ body }) => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    const ref = '"r\\👍\u2028';
    expect(await alice.ask({ type: 'send', ref, to: b, body, replyTo: 4096, mentions: [b, a] })).toMatchObject({
      type: 'ack',
      ref,
    });
    await Promise.all([bob.untilEvents(1), alice.untilEvents(1)]);
    expect(messages(bob)[0]).toMatchObject({ body, replyTo: 4096, mentions: [b, a] });
    expect(messages(alice)[0]).toMatchObject({ body, replyTo: 4096, mentions: [b, a], ref });
  });

  it('the gateway recognises a message that is resent over another connection and another gateway', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    const first = await alice.text(b, 'once', 'hello');
    const again = await alice.text(b, 'once', 'hello');
    await using elsewhere = await kit.connect(a, 1, { device: 'other' });
    const third = await elsewhere.text(b, 'once', 'hello');
    expect([again, third]).toEqual([
      { ...first, duplicate: true },
      { ...first, duplicate: true },
    ]);
    await bob.text(a, 'once', 'the ref of another sender');
    await Promise.all([alice, bob].map((client) => client.untilEvents(2)));
    await Promise.all([alice, bob].map((client) => client.settled()));
    expect(alice.heard).toEqual(['hello', 'the ref of another sender']);
    expect(bob.heard).toEqual(['hello', 'the ref of another sender']);
    expect(await kit.inbox(b)).toHaveLength(2);
    expect(await kit.recorded(({ conversation }) => conversation === first.conversation)).toHaveLength(2);
  });

  it('a message that is resent many times concurrently gets only one id', async () => {
    const [a, b] = await kit.friends();
    const clients = await Promise.all([0, 1, 0, 1].map((gateway, i) => kit.connect(a, gateway, { device: `d${i}` })));
    const acks = await Promise.all(clients.flatMap((client) => [client.text(b, 'same'), client.text(b, 'same')]));
    expect(new Set(acks.map(({ id }) => id)).size).toBe(1);
    expect(acks.filter(({ duplicate }) => !duplicate).length).toBeGreaterThanOrEqual(1);
    expect(await kit.inbox(b)).toHaveLength(1);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('a group message reaches every member; its ack reports whether another member is connected', async () => {
    const [a, b, c] = [kit.newId(), kit.newId(), kit.newId()];
    const group = await kit.group([a, b, c]);
    await using alice = await kit.connect(a, 0);
    await using second = await kit.connect(a, 1, { device: 'second' });
    const alone = await alice.text(group, 'g1');
    expect(alone).toMatchObject({ conversation: `g${group}`, online: false });
    await using bob = await kit.connect(b, 1, { cursor: 'latest' });
    const heard = await alice.text(group, 'g2');
    expect(heard).toMatchObject({ online: true });
    await Promise.all([alice.untilEvents(2), second.untilEvents(2), bob.untilEvents(1)]);
    expect(messages(bob)).toMatchObject([{ id: heard.id, from: a, to: group, conversation: `g${group}` }]);
    expect(messages(bob)[0]).not.toHaveProperty('ref');
    expect((await kit.inbox(c)).map(({ event }) => event.id)).toEqual([alone.id, heard.id]);
  });
});

describe('senders', () => {
  it('a sender can have 32 messages in flight, and can resend the 33rd after it was rejected', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await alice.text(b, 'warm');
    kit.redis.pause();
    try {
      for (let i = 1; i <= 33; i += 1)
        alice.send({ type: 'send', ref: `r${i}`, to: b, body: { type: 'text', text: `r${i}` } });
      expect(await alice.reply('r33')).toMatchObject({
        type: 'error',
        code: 'too-many',
        retry: true,
        retryAfter: 1000,
      });
    } finally {
      kit.redis.resume();
    }
    for (let i = 1; i <= 32; i += 1)
      expect(await alice.reply(`r${i}`)).toMatchObject({ type: 'ack', duplicate: false });
    expect(await alice.text(b, 'r33')).toMatchObject({ duplicate: false });
    const texts = (await kit.inbox(b)).map(({ event }) => event.body?.text);
    expect(texts).toEqual(['warm', ...Array.from({ length: 33 }, (_, i) => `r${i + 1}`)]);
  });

  it('acks and events match the inboxes of sender and recipient', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    const acks = await alice.texts(
      b,
      Array.from({ length: 100 }, (_, i) => `${i}`),
    );
    await Promise.all([alice.untilEvents(100), bob.untilEvents(100)]);
    for (const [client, user] of [
      [alice, a],
      [bob, b],
    ] as const) {
      const inbox = await kit.inbox(user);
      expect(client.events.map(({ cursor, event }) => ({ cursor, event }))).toEqual(inbox);
      expect(inbox.map(({ event }) => (event as MessageEvent).id)).toEqual(acks.map(({ id }) => id));
    }
  });
});
