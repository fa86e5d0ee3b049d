import { firstMessageId, type ParleyEvent } from '@parley/protocol';
import { readFocus } from '@parley/redis';
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

const marks = (client: Client) => client.events.map(({ event }) => event).filter(({ kind }) => kind === 'mark');

async function untilMark(client: Client): Promise<ParleyEvent[]> {
  await client.until(
    () => marks(client).length > 0,
    () => 'no mark',
  );
  return marks(client);
}

describe('marks', () => {
  it.each(['delivered', 'read'] as const)(
    "a %s mark reaches the peer and the user's own devices; the chat in each event is the peer of its receiver",
    async (how) => {
      const [a, b] = await kit.friends();
      await using alice = await kit.connect(a, 0);
      await using bob = await kit.connect(b, 1, { device: 'one' });
      await using tablet = await kit.connect(b, 0, { device: 'two' });
      const { id } = await alice.text(b, 'hello');
      const place = how === 'read' ? { read: id } : { delivered: id };
      expect(await bob.ask({ type: 'mark', ref: 'm', chat: a, ...place })).toEqual({ type: 'ack', ref: 'm' });
      expect(await untilMark(alice)).toEqual([{ kind: 'mark', chat: b, user: b, ...place }]);
      for (const client of [bob, tablet])
        expect(await untilMark(client)).toEqual([{ kind: 'mark', chat: a, user: b, ...place }]);
      expect(await kit.recorded(({ kind, user }) => kind === 'mark' && user === b)).toEqual([
        { kind: 'mark', user: b, chat: a, ...place },
      ]);
    },
  );

  it('the gateway accepts a mark for an id 4 minutes in the future, because clocks can be set back, and rejects one for an id an hour in the future', async () => {
    const [a, b] = await kit.friends();
    await using bob = await kit.connect(b);
    const minutes = (count: number) => firstMessageId(Date.now() + count * 60_000);
    const mark = (read: number) => bob.ask({ type: 'mark', ref: 'm', chat: a, read });
    expect(await mark(minutes(4))).toEqual({ type: 'ack', ref: 'm' });
    expect(await mark(minutes(60))).toMatchObject({ type: 'error', code: 'bad-frame' });
  });

  it('the gateway sends no reply to a mark without a ref', async () => {
    const [a, b] = await kit.friends();
    await using bob = await kit.connect(b);
    bob.send({ type: 'mark', chat: a, read: 1 });
    await untilMark(bob);
    await bob.settled();
    expect(bob.frames.filter(({ type }) => type === 'ack')).toEqual([]);
  });

  it("a mark in a group reaches only the user's own devices", async () => {
    const [a, b] = [kit.newId(), kit.newId()];
    const group = await kit.group([a, b]);
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    const { id } = await alice.text(group, 'hello');
    expect(await bob.ask({ type: 'mark', ref: 'm', chat: group, read: id })).toEqual({ type: 'ack', ref: 'm' });
    expect(await untilMark(bob)).toEqual([{ kind: 'mark', chat: group, user: b, read: id }]);
    await alice.settled();
    expect(marks(alice)).toEqual([]);
  });

  it.each(['reader', 'peer'] as const)(
    'a read mark does not reach the peer if the %s hides read receipts',
    async (who) => {
      const [a, b] = await kit.friends();
      const [hiding, other] = who === 'reader' ? [b, a] : [a, b];
      await kit.permit(hiding, [other], [], { readReceipts: 'nobody' });
      await using alice = await kit.connect(a, 0);
      await using bob = await kit.connect(b, 1, { device: 'one' });
      await using tablet = await kit.connect(b, 0, { device: 'two' });
      const { id } = await alice.text(b, 'hello');
      const read = { type: 'mark' as const, ref: 'read', chat: a, read: id };
      expect(await bob.ask(read)).toEqual({ type: 'ack', ref: 'read', private: true });
      const delivered = { type: 'mark' as const, ref: 'delivered', chat: a, delivered: id };
      expect(await bob.ask(delivered)).toEqual({ type: 'ack', ref: 'delivered' });
      expect(await untilMark(alice)).toEqual([{ kind: 'mark', chat: b, user: b, delivered: id }]);
      expect((await kit.inbox(a)).filter(({ event }) => event.kind === 'mark')).toHaveLength(1);
      expect((await untilMark(tablet))[0]).toEqual({ kind: 'mark', chat: a, user: b, read: id });
      expect(await kit.recorded(({ kind, user }) => kind === 'mark' && user === b)).toEqual([
        { kind: 'mark', user: b, chat: a, read: id, private: true },
        { kind: 'mark', user: b, chat: a, delivered: id },
      ]);
    },
  );

  it('a mark does not reach a peer to which the user is no longer allowed to write', async () => {
    const [a, b] = await kit.friends();
    await kit.permit(a, [], [b]);
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    expect(await bob.ask({ type: 'mark', ref: 'm', chat: a, read: 1 })).toMatchObject({ type: 'ack' });
    await untilMark(bob);
    expect(await kit.inbox(a)).toEqual([]);
    await alice.settled();
  });
});

describe('typing', () => {
  it('a typing frame with its state reaches only the devices of the peer, and is not stored', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using second = await kit.connect(a, 0, { device: 'second' });
    await using bob = await kit.connect(b, 1);
    alice.send({ type: 'typing', chat: b, active: true, state: 'recording' });
    alice.send({ type: 'typing', chat: b, active: false });
    await bob.until(
      () => bob.frames.filter(({ type }) => type === 'typing').length === 2,
      () => 'not typing',
    );
    expect(bob.frames.filter(({ type }) => type === 'typing')).toEqual([
      { type: 'typing', chat: a, user: a, active: true, state: 'recording' },
      { type: 'typing', chat: a, user: a, active: false },
    ]);
    for (const client of [alice, second]) {
      await client.settled();
      expect(client.frames.some(({ type }) => type === 'typing')).toBe(false);
    }
    expect(await kit.inbox(b)).toEqual([]);
  });

  it('a typing frame in a group reaches the other members', async () => {
    const [a, b, c] = [kit.newId(), kit.newId(), kit.newId()];
    const group = await kit.group([a, b, c]);
    const clients = await Promise.all([a, b, c].map((user, i) => kit.connect(user, i % 2)));
    clients[0]?.send({ type: 'typing', chat: group, active: true });
    for (const client of clients.slice(1)) {
      expect(await client.frame((frame) => frame.type === 'typing')).toEqual({
        type: 'typing',
        chat: group,
        user: a,
        active: true,
      });
    }
    await clients[0]?.settled();
    expect(clients[0]?.frames.some(({ type }) => type === 'typing')).toBe(false);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('the gateway drops a typing frame to a stranger without a reply', async () => {
    const [a, stranger] = [kit.newId(), kit.newId()];
    await kit.permit(stranger, []);
    await using alice = await kit.connect(a, 0);
    await using other = await kit.connect(stranger, 0);
    alice.send({ type: 'typing', chat: stranger, active: true });
    await alice.settled();
    await other.settled();
    for (const client of [alice, other]) {
      expect(client.frames.filter(({ type }) => type !== 'pong' && type !== 'welcome')).toEqual([]);
    }
  });
});

describe('focus', () => {
  const untilFocus = (user: number, chats: number[]) =>
    waitFor(
      async () => {
        const focus = (await readFocus(kit.link, [user])).get(user);
        return focus?.chats.size === chats.length && chats.every((chat) => focus.chats.has(chat));
      },
      { message: `user ${user} is not looking at ${chats}` },
    );

  it('a focus frame sets the chat that the user has open, and gets no reply', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    alice.send({ type: 'focus', chat: b });
    await untilFocus(a, [b]);
    alice.send({ type: 'focus', chat: null, ref: 'f' });
    await untilFocus(a, []);
    expect(alice.frames.filter(({ type }) => type !== 'pong' && type !== 'welcome')).toEqual([]);
  });

  it("the focus of a device ends with its connection, while the user's other devices keep theirs", async () => {
    const [a, b, c] = (await kit.circle(3)) as [number, number, number];
    const one = await kit.connect(a, 0, { device: 'one' });
    await using two = await kit.connect(a, 1, { device: 'two' });
    one.send({ type: 'focus', chat: b });
    two.send({ type: 'focus', chat: c });
    await untilFocus(a, [b, c]);
    await one.close();
    await untilFocus(a, [c]);
  });
});
