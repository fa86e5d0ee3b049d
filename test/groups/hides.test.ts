import type { ClientFrame, Message } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../gateway/client.ts';
import { Kit, type Person } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

let refs = 0;
const hide = (client: Client, chat: number, ids: number[]) =>
  client.ask({ type: 'hide', ref: `hide ${++refs}`, chat, ids });
const ack = { type: 'ack' };
const hides = (client: Client) => client.events.map(({ event }) => event).filter(({ kind }) => kind === 'hide');
const say = async (client: Client, chat: number, ...texts: string[]) =>
  (await client.texts(chat, texts)).map(({ id }) => id);
const found = async (person: Person, words: string) =>
  (await person.call<{ items: { message: Message }[] }>('GET', `/search?q=${words}`)).items.map(
    ({ message }) => message.id,
  );

describe('messages that a user deletes from their own copy', () => {
  it("messages that a user hid are missing from the user's history, search, unread count and last message; the peer's copy keeps them", async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    await using phone = await ben.connect(0, { device: 'phone' });
    const [one, two, three] = (await say(a, ben.id, 'apple one', 'apple two', 'apple three')) as [
      number,
      number,
      number,
    ];
    expect(await hide(b, ann.id, [three, two, three])).toMatchObject(ack);
    expect(await ben.texts(ann.id)).toEqual(['apple one']);
    expect(await ben.chat(ann.id)).toMatchObject({ unread: 1, last: { id: one } });
    expect(await found(ben, 'apple')).toEqual([one]);
    expect(await found(ann, 'apple')).toEqual([three, two, one]);
    expect(await ann.texts(ben.id)).toHaveLength(3);
    expect((await ann.chat(ben.id)).last?.id).toBe(three);
    for (const device of [b, phone]) {
      await device.until(
        () => hides(device).length === 1,
        () => JSON.stringify(device.events),
      );
      expect(hides(device)).toEqual([{ kind: 'hide', chat: ann.id, ids: [three, two] }]);
    }
    await a.settled();
    expect(hides(a)).toEqual([]);
    expect(await hide(b, ann.id, [two])).toMatchObject(ack);
    expect(await hide(b, ann.id, [one])).toMatchObject(ack);
    expect(await ben.chat(ann.id)).toMatchObject({ unread: 0, last: null });
    const [four] = await say(a, ben.id, 'apple four');
    expect(await ben.chat(ann.id)).toMatchObject({ unread: 1, last: { id: four } });
    await b.ask({ type: 'mark', ref: 'read', chat: ann.id, read: four as number });
    expect(await ben.chat(ann.id)).toMatchObject({ unread: 0 });
  });

  it('a member hides messages of a group only for themself, and the unread count stays exact', async () => {
    const [ann, ben, carl] = (await kit.people(3)) as [Person, Person, Person];
    const group = await kit.group([ann, ben, carl]);
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    const [one, two, three] = (await say(a, group, 'one', 'two', 'three')) as [number, number, number];
    await a.ask({ type: 'pin', ref: 'pin', chat: group, id: two, active: true });
    expect(await hide(b, group, [two, three])).toMatchObject(ack);
    expect(await ben.texts(group)).toEqual(['one']);
    expect(await ben.chat(group)).toMatchObject({ unread: 1, last: { id: one } });
    expect(await carl.chat(group)).toMatchObject({ unread: 3, last: { id: three } });
    const pins = (person: Person) => person.call<{ items: Message[] }>('GET', `/chats/${group}/pins`);
    expect([(await pins(ben)).items, (await pins(carl)).items.map(({ id }) => id)]).toEqual([[], [two]]);
    await b.ask({ type: 'mark', ref: 'read', chat: group, read: two });
    expect(await ben.chat(group)).toMatchObject({ unread: 0 });
    const [four] = await say(a, group, 'four');
    expect(await ben.chat(group)).toMatchObject({ unread: 1, last: { id: four } });
    expect(await hide(a, group, [four as number])).toMatchObject(ack);
    expect((await ann.chat(group)).last?.id).toBe(three);
  });

  it('recalled messages, streamed messages and messages that have left the inbox can be hidden too', async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    const [old, recalled] = (await say(a, ben.id, 'old', 'recalled')) as [number, number];
    await a.ask({ type: 'recall', ref: 'recall', chat: ben.id, id: recalled });
    const start = { type: 'stream', op: 'start', ref: 'stream', to: ben.id, text: 'so' } as const;
    const { id: streamed } = (await a.ask(start)) as { id: number };
    expect(await hide(b, ann.id, [recalled, streamed])).toMatchObject(ack);
    expect(await a.ask({ type: 'stream', op: 'end', ref: 'end', chat: ben.id, id: streamed })).toMatchObject(ack);
    expect(await ben.texts(ann.id)).toEqual(['old']);
    await kit.recorded();
    await kit.link.client.del(kit.link.keys.inbox(ben.id));
    await ben.call('PUT', `/blocks/${ann.id}`);
    expect(await hide(b, ann.id, [old])).toMatchObject(ack);
    expect(await ben.texts(ann.id)).toEqual([]);
    expect(await ann.texts(ben.id)).toEqual(['old', '-', 'so']);
  });

  it('the gateway refuses to hide unknown messages and messages of other chats, and hides nothing if a frame is invalid', async () => {
    const [ann, ben, carl] = (await kit.people(3)) as [Person, Person, Person];
    const group = await kit.group([ann, ben]);
    await using a = await ann.connect(0);
    await using c = await carl.connect(1);
    const [id] = (await say(a, ben.id, 'kept')) as [number];
    expect(await hide(a, ben.id, [id, 4096])).toMatchObject({ code: 'not-found' });
    expect(await hide(a, carl.id, [id])).toMatchObject({ code: 'not-found' });
    expect(await hide(a, 12, [id])).toMatchObject({ code: 'not-found' });
    expect(await hide(c, group, [id])).toMatchObject({ code: 'not-member' });
    for (const ids of [[], ['1'], id, undefined, Array.from({ length: 101 }, (_, i) => i + 1)]) {
      const frame = { type: 'hide', ref: `bad ${++refs}`, chat: ben.id, ids } as unknown as ClientFrame & {
        ref: string;
      };
      expect(await a.ask(frame)).toMatchObject({ code: 'bad-frame' });
    }
    expect(await ann.texts(ben.id)).toEqual(['kept']);
  });
});
