import type { EventFrame, Message } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../gateway/client.ts';
import { Kit, type Person } from './kit.ts';

const audit: string[] = [];
let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start({ audit });
});
afterAll(() => kit?.[Symbol.asyncDispose]());

type Trio = [Person, Person, Person];
const trio = async () => (await kit.people(3)) as Trio;
const untilEvent = (client: Client, kind: string) =>
  client.frame((frame): frame is EventFrame => frame.type === 'event' && frame.event.kind === kind);

describe('groups', () => {
  it('a typing frame in a group reaches only the other members', async () => {
    const [ann, ben, carl] = await trio();
    const group = await kit.group([ann, ben]);
    const clients = [await ann.connect(0), await ben.connect(1), await carl.connect(1)] as const;
    clients[0].send({ type: 'typing', chat: group, active: true });
    const frame = await clients[1].frame((each): each is typeof each & { type: 'typing' } => each.type === 'typing');
    expect(frame).toEqual({ type: 'typing', chat: group, user: ann.id, active: true });
    clients[2].send({ type: 'typing', chat: group, active: true });
    for (const client of clients) await client.settled();
    expect(clients.map((client) => client.frames.filter(({ type }) => type === 'typing').length)).toEqual([0, 1, 0]);
    for (const client of clients) await client.close();
  });

  it('edits, reactions and recalls reach all members of a group, both live and in the history', async () => {
    const [ann, ben, carl] = await trio();
    const group = await kit.group([ann, ben, carl]);
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    const [one, two] = [await a.text(group, 'one'), await a.text(group, 'two')];
    const body = { type: 'text' as const, text: 'one, better' };
    expect(await a.ask({ type: 'edit', ref: 'e', chat: group, id: one.id, body })).toMatchObject({ type: 'ack' });
    expect(await b.ask({ type: 'react', ref: 'r', chat: group, id: one.id, emoji: '👍', active: true })).toMatchObject({
      type: 'ack',
    });
    expect(await b.ask({ type: 'recall', ref: 'f', chat: group, id: two.id })).toMatchObject({ code: 'forbidden' });
    expect(await a.ask({ type: 'recall', ref: 'c', chat: group, id: two.id })).toMatchObject({ type: 'ack' });
    await untilEvent(b, 'recall');
    expect(b.events.slice(-3).map(({ event }) => event)).toEqual([
      { kind: 'edit', chat: group, id: one.id, user: ann.id, body },
      { kind: 'react', chat: group, id: one.id, user: ben.id, emoji: '👍', active: true },
      { kind: 'recall', chat: group, id: two.id, user: ann.id },
    ]);
    await kit.recorded();
    const { items } = await carl.call<{ items: Message[] }>('GET', `/chats/${group}/messages`);
    expect(items).toMatchObject([
      { body, edited: expect.any(Number), reactions: [{ emoji: '👍', users: [ben.id] }] },
      { body: null, recalled: expect.any(Number) },
    ]);
    expect((await carl.chat(group)).last).toMatchObject({ id: two.id, body: null });
    await using c = await carl.connect(0, { cursor: '', device: 'phone' });
    await untilEvent(c, 'recall');
    expect(JSON.stringify(c.frames)).not.toContain('"two"');
  });

  it('the audit log has a line for each message of another member that an admin removes, and no text of it', async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben]);
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    const [own, removed] = [await b.text(group, 'own secret'), await b.text(group, 'bad secret')];
    expect(await b.ask({ type: 'recall', ref: 'own', chat: group, id: own.id })).toMatchObject({ type: 'ack' });
    await kit.recorded();
    for (const ref of ['first', 'again'])
      expect(await a.ask({ type: 'recall', ref, chat: group, id: removed.id })).toMatchObject({ type: 'ack' });
    const lines = audit.map((line) => JSON.parse(line)).filter((line) => line.group === group);
    expect(lines.filter(({ event }) => event === 'message.removed')).toMatchObject([
      { log: 'audit', group, message: removed.id, user: ben.id, by: { user: ann.id, session: expect.any(String) } },
    ]);
    expect(audit.join('')).not.toContain('secret');
  });

  it('a member who joined later receives changes of earlier messages only if the group shows earlier messages to new members', async () => {
    const [ann, ben, carl] = await trio();
    const group = await kit.group([ann, ben]);
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    const { id } = await a.text(group, 'old');
    const { id: taken } = await a.text(group, 'taken back');
    const streamed = await a.ask({ type: 'stream', op: 'start', ref: 's', to: group, text: 'streamed ' });
    if (!('id' in streamed)) throw new Error(JSON.stringify(streamed));
    await kit.recorded();
    await ann.call('PUT', `/groups/${group}/members/${carl.id}`);
    await using c = await carl.connect(1);
    const change = async (round: string) => {
      const body = { type: 'text' as const, text: `edited ${round}` };
      const changes = [
        { type: 'edit', ref: `e${round}`, chat: group, id, body },
        { type: 'react', ref: `r${round}`, chat: group, id, emoji: '👍', active: true },
        { type: 'pin', ref: `p${round}`, chat: group, id, active: true },
      ] as const;
      for (const frame of changes) expect(await a.ask(frame)).toMatchObject({ type: 'ack' });
    };
    await change('once');
    a.send({ type: 'stream', op: 'append', chat: group, id: streamed.id, index: 1, text: 'text' });
    await b.frame((frame): frame is typeof frame & { type: 'stream' } => frame.type === 'stream');
    const read = { type: 'stream', op: 'read', ref: 'read', chat: group, id: streamed.id } as const;
    expect(await b.ask(read)).toMatchObject({ text: 'streamed text' });
    expect(await c.ask(read)).toMatchObject({ code: 'not-found' });
    expect(await a.ask({ type: 'stream', op: 'end', ref: 'end', chat: group, id: streamed.id })).toMatchObject({
      type: 'ack',
    });
    expect(await a.ask({ type: 'recall', ref: 'c', chat: group, id: taken })).toMatchObject({ type: 'ack' });
    await a.text(group, 'new');
    await c.untilEvents(1);
    expect(c.events.map(({ event }) => event)).toMatchObject([{ kind: 'message', body: { text: 'new' } }]);
    expect(c.frames.filter(({ type }) => type === 'stream')).toEqual([]);
    expect(b.events.map(({ event }) => event.kind)).toEqual(expect.arrayContaining(['edit', 'react', 'pin', 'recall']));

    await ann.call('PATCH', `/groups/${group}`, { history: 'all' });
    await untilEvent(c, 'group');
    await change('twice');
    await untilEvent(c, 'pin');
    expect(c.events.slice(2).map(({ event }) => event)).toMatchObject([
      { kind: 'edit', id, body: { text: 'edited twice' } },
      { kind: 'react', id },
      { kind: 'pin', id },
    ]);
  });

  it('members can change messages that have left the inbox if they see these messages in the history', async () => {
    const [ann, ben, carl] = await trio();
    const group = await kit.group([ann, ben]);
    await using a = await ann.connect(0);
    const { id } = await a.text(group, 'old');
    await kit.recorded();
    await ann.call('PUT', `/groups/${group}/members/${carl.id}`);
    const { client, keys } = kit.link;
    for (const { id: user } of [ann, ben]) await client.del(keys.inbox(user));
    await using b = await ben.connect(1);
    await using c = await carl.connect(1);
    const react = { type: 'react', ref: 'r', chat: group, id, emoji: '🎉', active: true } as const;
    expect(await b.ask(react)).toMatchObject({ type: 'ack' });
    expect(await c.ask(react)).toMatchObject({ code: 'not-found' });
    expect(await b.ask({ type: 'recall', ref: 'c', chat: group, id })).toMatchObject({ code: 'forbidden' });
    await using again = await ann.connect(0);
    expect(await again.ask({ type: 'recall', ref: 'c', chat: group, id })).toMatchObject({ type: 'ack' });
    const body = { type: 'text' as const, text: 'edited' };
    expect(await again.ask({ type: 'edit', ref: 'e', chat: group, id, body })).toMatchObject({ code: 'conflict' });
  });
});
