import type { ClientFrame, Message } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../gateway/client.ts';
import { Kit, type Person } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start({ env: { MAX_PINS: '2' } });
});
afterAll(() => kit?.[Symbol.asyncDispose]());

let refs = 0;
const pin = (client: Client, chat: number, id: number, active = true) =>
  client.ask({ type: 'pin', ref: `pin ${++refs}`, chat, id, active });
const ack = { type: 'ack' };

type Pins = { items: Message[]; next: string | null; users: { id: number }[] };
const pinsOf = (person: Person, chat: number, query = '') => person.call<Pins>('GET', `/chats/${chat}/pins${query}`);
const idsOf = async (person: Person, chat: number) => (await pinsOf(person, chat)).items.map(({ id }) => id);
const events = (client: Client) => client.events.map(({ event }) => event).filter(({ kind }) => kind === 'pin');

describe('pinned messages between two users', () => {
  it('either of two users can pin and unpin messages for both, on all devices and in both copies', async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    await using a = await ann.connect(0);
    await using tablet = await ann.connect(1, { device: 'tablet' });
    await using b = await ben.connect(1);
    const [one, two] = [await a.text(ben.id, 'one'), await a.text(ben.id, 'two')];
    expect(await pin(a, ben.id, one.id)).toMatchObject(ack);
    expect(await pin(b, ann.id, two.id)).toMatchObject(ack);
    const pinned = (user: Person) => ({ user: user.id, date: expect.any(Number) });
    for (const [reader, chat] of [
      [ann, ben.id],
      [ben, ann.id],
    ] as const) {
      const { items, next, users } = await pinsOf(reader, chat);
      expect(items).toMatchObject([
        { id: two.id, body: { text: 'two' }, pinned: pinned(ben) },
        { id: one.id, body: { text: 'one' }, pinned: pinned(ann) },
      ]);
      expect([next, users.map(({ id }) => id)]).toEqual([null, [ann.id, ben.id]]);
    }
    const first = await pinsOf(ann, ben.id, '?limit=1');
    const rest = await pinsOf(ann, ben.id, `?limit=1&after=${first.next}`);
    expect([first, rest].map(({ items }) => items.map(({ id }) => id))).toEqual([[two.id], [one.id]]);
    const { items } = await ben.call<Pins>('GET', `/chats/${ann.id}/messages`);
    expect(items.map((message) => message.pinned?.user)).toEqual([ann.id, ben.id]);
    expect(await pin(b, ann.id, one.id, false)).toMatchObject(ack);
    expect(await idsOf(ann, ben.id)).toEqual([two.id]);
    for (const [client, chat] of [
      [a, ben.id],
      [tablet, ben.id],
      [b, ann.id],
    ] as const) {
      await client.until(
        () => events(client).length === 3,
        () => JSON.stringify(client.events),
      );
      const event = { kind: 'pin', chat, active: true, date: expect.any(Number) };
      expect(events(client)).toEqual([
        { ...event, id: one.id, user: ann.id },
        { ...event, id: two.id, user: ben.id },
        { ...event, id: one.id, user: ben.id, active: false },
      ]);
    }
  });

  it('a chat has at most MAX_PINS pinned messages; recalled messages do not count', async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    const ids = [];
    for (const text of ['one', 'two', 'three']) ids.push((await a.text(ben.id, text)).id);
    const [one, two, three] = ids as [number, number, number];
    for (const id of [one, two, one]) expect(await pin(a, ben.id, id)).toMatchObject(ack);
    expect(await pin(b, ann.id, three)).toMatchObject({ code: 'conflict', retry: false });
    expect(await a.ask({ type: 'recall', ref: 'recall', chat: ben.id, id: two })).toMatchObject(ack);
    expect(await idsOf(ben, ann.id)).toEqual([one]);
    expect(await pin(a, ben.id, two)).toMatchObject({ code: 'conflict' });
    expect(await pin(a, ben.id, two, false)).toMatchObject(ack);
    expect(await pin(b, ann.id, three)).toMatchObject(ack);
    // Simulates that Redis lost its count.
    await kit.link.client.del(kit.link.keys.pins(`${ann.id}_${ben.id}`));
    expect(await pin(a, ben.id, one)).toMatchObject(ack);
    expect(await pin(a, ben.id, (await a.text(ben.id, 'four')).id)).toMatchObject({ code: 'conflict' });
    expect(await idsOf(ann, ben.id)).toEqual([one, three]);
  });

  it('the gateway refuses a pin frame with another chat, by a stranger, or with invalid fields', async () => {
    const [ann, ben, carl] = (await kit.people(3)) as [Person, Person, Person];
    const [dora] = (await kit.people(2)) as [Person, Person];
    await using a = await ann.connect(0);
    await using d = await dora.connect(1);
    const { id } = await a.text(ben.id, 'hi');
    expect(await pin(a, carl.id, id)).toMatchObject({ code: 'not-found' });
    expect(await pin(a, ben.id, 4096)).toMatchObject({ code: 'not-found' });
    expect(await pin(d, ann.id, id)).toMatchObject({ code: 'not-found' });
    expect(await pin(a, 12, id)).toMatchObject({ code: 'not-found' });
    await ben.call('PUT', `/blocks/${ann.id}`);
    expect(await pin(a, ben.id, id)).toMatchObject({ code: 'blocked' });
    const bad = { type: 'pin', ref: 'bad', chat: ben.id, id, active: 'yes' } as unknown as ClientFrame & {
      ref: string;
    };
    expect(await a.ask(bad)).toMatchObject({ code: 'bad-frame' });
    await expect(pinsOf(dora, 12)).rejects.toThrow('404 not-found');
  });

  it("deleting a chat removes only the pins of the user's own copy", async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    await using a = await ann.connect(0);
    const { id } = await a.text(ben.id, 'hi');
    await pin(a, ben.id, id);
    await kit.recorded();
    await ann.call('DELETE', `/chats/${ben.id}`);
    expect([await idsOf(ann, ben.id), await idsOf(ben, ann.id)]).toEqual([[], [id]]);
  });
});

describe('pinned messages of a group', () => {
  it('only the owner and admins can pin messages in a group; members see pins only of messages that they are allowed to see', async () => {
    const [ann, ben, carl, dora] = (await kit.people(4)) as [Person, Person, Person, Person];
    const group = await kit.group([ann, ben, carl]);
    await ann.call('PATCH', `/groups/${group}/members/${ben.id}`, { role: 'admin' });
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    await using c = await carl.connect(1);
    await using d = await dora.connect(0);
    const { id } = await c.text(group, 'rules');
    expect(await pin(c, group, id)).toMatchObject({ code: 'forbidden' });
    expect(await pin(d, group, id)).toMatchObject({ code: 'not-found' });
    expect(await pin(b, group, id)).toMatchObject(ack);
    await c.until(
      () => events(c).length === 1,
      () => JSON.stringify(c.events),
    );
    await ann.call('PUT', `/groups/${group}/members/${dora.id}`);
    expect([await idsOf(carl, group), await idsOf(dora, group)]).toEqual([[id], []]);
    await carl.call('POST', `/groups/${group}/leave`);
    expect(await pin(c, group, id, false)).toMatchObject({ code: 'not-member' });
    await expect(pinsOf(carl, group)).rejects.toThrow('404 not-found');
    expect(await pin(a, group, id, false)).toMatchObject(ack);
    expect(await idsOf(ben, group)).toEqual([]);
  });
});
