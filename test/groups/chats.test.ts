import type { Chat } from '@parley/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit, type Person } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

type Trio = [Person, Person, Person];
const trio = async () => (await kit.people(3)) as Trio;
const say = async (from: Person, to: number, ...texts: string[]) => {
  await using client = await from.connect();
  const acks = await client.texts(to, texts);
  await kit.recorded();
  return acks.map(({ id }) => id);
};
const read = async (person: Person, chat: number, id: number) => {
  await using client = await person.connect(1);
  await client.ask({ type: 'mark', ref: `read ${id}`, chat, read: id });
  await kit.recorded();
};

describe('chats of groups', () => {
  it('the chat of a group is listed with its name and picture, even if it has no messages', async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben], { avatar: 'https://example.org/g.png' });
    const empty: Chat = {
      ...{
        chat: group,
        type: 'group',
        name: expect.stringMatching(/^group \d+$/),
        avatar: 'https://example.org/g.png',
      },
      ...{
        last: null,
        unread: 0,
        read: 0,
        peerRead: 0,
        pinned: false,
        muted: false,
        archived: false,
        updated: expect.any(Number),
      },
    };
    expect(await ben.chats()).toEqual([empty]);
    const [, id = 0] = await say(ann, group, 'one', 'two');
    const last = { id, conversation: `g${group}`, from: ann.id, to: group, body: { type: 'text', text: 'two' } };
    expect(await ben.chat(group)).toEqual({ ...empty, unread: 2, last: { ...last, date: expect.any(Number) } });
    expect(await ann.chat(group)).toMatchObject({ unread: 0, last });
    expect(await ben.call<Chat>('PUT', `/chats/${group}`)).toEqual(await ben.chat(group));
  });

  it('an archived chat stays archived until the next message; an archived chat that is muted stays archived until the user unarchives it', async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben]);
    await say(ben, ann.id, 'one');
    await say(ben, group, 'one');
    const patch = (chat: number, body: object) => ann.call<Chat>('PATCH', `/chats/${chat}`, body);
    const listed = async (archived: boolean) =>
      (await ann.call<{ items: Chat[] }>('GET', `/chats?archived=${archived}`)).items.map(({ chat }) => chat);
    await using phone = await ann.connect(0);
    for (const chat of [ben.id, group]) expect(await patch(chat, { archived: true })).toMatchObject({ archived: true });
    await phone.until(
      () => phone.events.filter(({ event }) => event.kind === 'chat' && event.change === 'updated').length === 2,
      () => JSON.stringify(phone.events),
    );
    expect([await listed(true), await listed(false)]).toEqual([[group, ben.id], []]);
    expect((await ben.chat(group)).archived).toBe(false);
    await patch(ben.id, { muted: true });
    for (const chat of [ann.id, group]) await say(ben, chat, 'two');
    expect([await listed(true), await listed(false)]).toEqual([[ben.id], [group]]);
    expect(await patch(group, { muted: true })).toMatchObject({ archived: false });
    expect(await patch(ben.id, { muted: false })).toMatchObject({ archived: true });
    await say(ben, ann.id, 'three');
    expect(await listed(true)).toEqual([]);
    expect(await patch(group, { archived: true })).toMatchObject({ muted: true, archived: true });
    expect(await patch(group, { archived: false })).toMatchObject({ muted: true, archived: false });
    await expect(patch(group, { archived: 'yes' })).rejects.toThrow('400 bad-request');
    await expect(patch(12, { archived: true })).rejects.toThrow('404 not-found');
    await expect(ann.call('GET', '/chats?archived=maybe')).rejects.toThrow('400 bad-request');
  });

  it('a chat contains the id of the newest unread message that mentions its owner', async () => {
    const [ann, ben, carl] = await trio();
    const group = await kit.group([ann, ben, carl]);
    const mention = async (...mentions: number[]) => {
      await using client = await ann.connect();
      const body = { type: 'text', text: 'hi' } as const;
      const ack = await client.ask({ type: 'send', ref: crypto.randomUUID(), to: group, body, mentions });
      await kit.recorded();
      return (ack as { id: number }).id;
    };
    await mention(ben.id, ann.id);
    const id = await mention(ben.id, carl.id);
    const last = await mention();
    expect(await ben.chat(group)).toMatchObject({ mention: id, unread: 3 });
    expect(await ann.chat(group)).not.toHaveProperty('mention');
    await read(ben, group, id);
    expect(await ben.chat(group)).not.toHaveProperty('mention');
    expect(await carl.chat(group)).toMatchObject({ mention: id, last: { id: last } });
    await carl.call('DELETE', `/chats/${group}`);
    expect(await carl.call('PUT', `/chats/${group}`)).not.toHaveProperty('mention');
  });

  it('the list of chats, page by page, sorts group chats and other chats by their last message', async () => {
    const [ann, ben, carl] = await trio();
    const [one, two] = [await kit.group([ann, ben]), await kit.group([ann, ben])];
    await say(ben, ann.id, 'x');
    await say(ben, one, 'x');
    await say(carl, ann.id, 'x');
    await say(ben, two, 'x');
    await say(ann, one, 'x');
    const order = [one, two, carl.id, ben.id];
    expect((await ann.chats()).map(({ chat }) => chat)).toEqual(order);
    const seen: number[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: { items: Chat[]; next: string | null } = await ann.call(
        'GET',
        `/chats?limit=1${next && `&after=${next}`}`,
      );
      seen.push(...page.items.map(({ chat }) => chat));
      next = page.next;
    }
    expect(seen).toEqual(order);
  });

  it('each member can pin and mute the chat of a group independently of other members', async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben]);
    expect(await ann.call('PATCH', `/chats/${group}`, { pinned: true, muted: true })).toMatchObject({
      pinned: true,
      muted: true,
    });
    expect(await ann.chat(group)).toMatchObject({ pinned: true, muted: true, type: 'group' });
    expect(await ben.chat(group)).toMatchObject({ pinned: false, muted: false });
  });

  it("a member's read mark in a group reaches the member's other devices", async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben]);
    const ids = await say(ann, group, 'one', 'two', 'three');
    await using phone = await ben.connect(0, { device: 'phone' });
    await read(ben, group, ids[1] as number);
    expect(await ben.chat(group)).toMatchObject({ unread: 1, read: ids[1] });
    await phone.untilEvents(1);
    expect(phone.events[0]?.event).toEqual({ kind: 'mark', chat: group, user: ben.id, read: ids[1] });
    await read(ben, group, ids[0] as number);
    expect(await ben.chat(group)).toMatchObject({ unread: 1, read: ids[1] });
    expect(await ann.chat(group)).toMatchObject({ unread: 0, read: 0, peerRead: 0 });
  });

  it('a group chat that one member deletes stays for other members, and returns for that member with a new message', async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben]);
    await say(ann, group, 'old');
    await ben.call('DELETE', `/chats/${group}`);
    expect(await ben.chats()).toEqual([]);
    expect(await ben.texts(group)).toEqual([]);
    expect(await ann.texts(group)).toEqual(['old']);
    await say(ann, group, 'new');
    expect(await ben.chat(group)).toMatchObject({ unread: 1, last: { body: { text: 'new' } } });
    expect(await ben.texts(group)).toEqual(['new']);
    expect(await ann.texts(group)).toEqual(['old', 'new']);
  });

  it('a member who leaves a group no longer sees its chat, and after joining again sees no old messages', async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben]);
    await say(ben, group, 'mine');
    await ben.call('PATCH', `/chats/${group}`, { pinned: true });
    await ben.call('POST', `/groups/${group}/leave`);
    expect(await ben.chats()).toEqual([]);
    await expect(ben.texts(group)).rejects.toThrow('404 not-found');
    await say(ann, group, 'away');
    await ann.call('PUT', `/groups/${group}/members/${ben.id}`);
    expect(await ben.chat(group)).toMatchObject({ unread: 0, last: null, pinned: false });
    await say(ann, group, 'back');
    expect(await ben.texts(group)).toEqual(['back']);
    expect(await ben.chat(group)).toMatchObject({ unread: 1 });
  });
});

describe('members who joined later', () => {
  it('a new member sees no older messages, unless the group has history: all', async () => {
    const [ann, ben, carl] = await trio();
    const group = await kit.group([ann, ben]);
    await say(ann, group, 'before');
    await ann.call('PUT', `/groups/${group}/members/${carl.id}`);
    expect(await carl.texts(group)).toEqual([]);
    expect(await carl.chat(group)).toMatchObject({ unread: 0, last: null });
    const [id = 0] = await say(ann, group, 'after');
    expect(await carl.texts(group)).toEqual(['after']);
    expect(await carl.call<{ items: [] }>('GET', `/chats/${group}/messages?around=${id}`)).toMatchObject({
      more: false,
    });
    await ann.call('PATCH', `/groups/${group}`, { history: 'all' });
    expect(await carl.texts(group)).toEqual(['before', 'after']);
    expect(await carl.chat(group)).toMatchObject({ unread: 1 });
    await ann.call('PATCH', `/groups/${group}`, { history: 'joined' });
    expect(await carl.texts(group)).toEqual(['after']);
  });

  it('messages of a chat that a member deleted stay hidden from that member, even with history: all', async () => {
    const [ann, ben, carl] = await trio();
    const group = await kit.group([ann, ben], { history: 'all' });
    await say(ann, group, 'before');
    await ann.call('PUT', `/groups/${group}/members/${carl.id}`);
    expect(await carl.texts(group)).toEqual(['before']);
    expect(await carl.chat(group)).toMatchObject({ unread: 0, last: { body: { text: 'before' } } });
    await carl.call('DELETE', `/chats/${group}`);
    expect(await carl.texts(group)).toEqual([]);
    expect(await carl.chats()).toEqual([]);
  });
});

describe('random actions of members', () => {
  const who = fc.nat(3);
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('send' as const), who }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), who, back: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), who }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), who }) },
  );

  it('after random actions, each member has the exact unread count and the right messages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.boolean(), async (steps, settle) => {
        const people = await kit.people(4);
        const owner = people[0] as Person;
        const group = await kit.group(people.slice(0, 3));
        const clients = await Promise.all(people.map((person, i) => person.connect(i)));
        const sent: { id: number; by: number }[] = [];
        // The number of messages when each member joined, last read and last deleted. Undefined
        // while the member is not in the group.
        const places: (Place | undefined)[] = [0, 1, 2].map(() => ({ joined: 0, read: 0, cleared: 0, deleted: false }));
        for (const [i, each] of steps.entries()) {
          const client = clients[each.who];
          const person = people[each.who] as Person;
          const place = places[each.who];
          if (each.do === 'send' && place && client)
            sent.push({ id: (await client.text(group, `${i}`)).id, by: each.who });
          if (each.do === 'read' && place && client && sent.length > each.back) {
            const at = sent.length - each.back;
            await client.ask({ type: 'mark', ref: `mark ${i}`, chat: group, read: sent[at - 1]?.id as number });
            place.read = Math.max(place.read, at);
          }
          if (each.do === 'clear' && place) {
            await person.call('DELETE', `/chats/${group}`);
            place.cleared = sent.length;
            place.deleted = true;
          }
          if (each.do === 'leave' && place && person !== owner) {
            await person.call('POST', `/groups/${group}/leave`);
            places[each.who] = undefined;
          }
          if (each.do === 'join' && !place) {
            await owner.call('PUT', `/groups/${group}/members/${person.id}`);
            places[each.who] = { joined: sent.length, read: 0, cleared: 0, deleted: false };
          }
          if (settle) await kit.recorded();
        }
        await kit.recorded();
        for (const [i, person] of people.entries()) {
          const place = places[i];
          if (!place) {
            expect(await person.chats()).toEqual([]);
            continue;
          }
          const seen = sent.slice(Math.max(place.joined, place.cleared));
          const unread = sent.slice(Math.max(place.joined, place.cleared, place.read)).filter(({ by }) => by !== i);
          const chat = await person.call<Chat>('PUT', `/chats/${group}`);
          expect({ i, unread: chat.unread, last: chat.last?.id }).toEqual({
            i,
            unread: unread.length,
            last: seen.at(-1)?.id,
          });
          expect(await person.texts(group)).toHaveLength(seen.length);
          expect((await person.chats()).length).toBe(seen.length > 0 || !place.deleted ? 1 : 0);
        }
        await Promise.all(clients.map((client) => client.close()));
      }),
      { numRuns: 25, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false },
    );
  }, 90_000);
});

interface Place {
  joined: number;
  read: number;
  cleared: number;
  deleted: boolean;
}
