import type { ErrorFrame, Message } from '@parley/protocol';
import { forgetPermits } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../gateway/client.ts';
import { Kit, type Person } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

type Trio = [Person, Person, Person];
const trio = async () => (await kit.people(3)) as Trio;
const refusal = async (client: Client, to: number, ref: string) =>
  (await client.ask({ type: 'send', ref, to, body: { type: 'text', text: ref } })) as ErrorFrame;
const change = (group: number, change: string, user?: number) => ({
  ...{ kind: 'group', group, change },
  ...(user === undefined ? {} : { user }),
});

describe('messages to groups', () => {
  it('a group message reaches all members once and in order, including members who were offline', async () => {
    const [ann, ben, carl] = await trio();
    const group = await kit.group([ann, ben, carl]);
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    const acks = await a.texts(group, ['1', '2', '3', '4']);
    acks.push(await b.text(group, '5'));
    expect(acks[0]).toMatchObject({ conversation: `g${group}`, online: true, duplicate: false });
    await using c = await carl.connect(1, { cursor: '', device: 'phone' });
    const late = await c.until(
      () => c.heard.length === 5 && c.heard,
      () => `heard ${c.heard}`,
    );
    expect(late).toEqual(['1', '2', '3', '4', '5']);
    for (const client of [a, b]) {
      await client.until(
        () => client.heard.length === 5,
        () => `heard ${client.heard}`,
      );
      expect(client.heard).toEqual(late);
    }
    const message = b.events.find(({ event }) => event.kind === 'message')?.event;
    expect(message).toEqual({
      ...{ kind: 'message', id: acks[0]?.id, conversation: `g${group}`, from: ann.id, to: group },
      ...{ date: acks[0]?.date, body: { type: 'text', text: '1' } },
    });
  });

  it('a group message is stored in one row for all readers', async () => {
    const [ann, ben, carl] = await trio();
    const group = await kit.group([ann, ben, carl]);
    await using a = await ann.connect();
    const { id, date } = await a.text(group, 'once');
    await kit.recorded();
    const rows = await kit.db
      .selectFrom('messages')
      .select(['owner_id', 'peer_id', 'id'])
      .where('sender_id', '=', ann.id)
      .execute();
    expect(rows).toEqual([{ owner_id: group, peer_id: group, id }]);
    expect(await kit.db.selectFrom('chats').select('owner_id').where('peer_id', '=', group).execute()).toEqual([]);
    const message = {
      id,
      conversation: `g${group}`,
      from: ann.id,
      to: group,
      date,
      body: { type: 'text', text: 'once' },
    };
    for (const person of [ann, ben]) {
      const { items } = await person.call<{ items: Message[] }>('GET', `/chats/${group}/messages`);
      expect(items).toEqual([person === ann ? { ...message, ref: 'once' } : message]);
    }
  });

  it('a group message that is sent twice is stored once', async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben]);
    await using a = await ann.connect();
    const first = await a.text(group, 'r');
    await using again = await ann.connect(1);
    expect(await again.text(group, 'r')).toMatchObject({ id: first.id, duplicate: true });
    await kit.recorded();
    expect(await ben.texts(group)).toEqual(['r']);
  });

  it('a group message can be a reply and can mention members', async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben]);
    await using a = await ann.connect();
    const { id } = await a.text(group, 'first');
    await a.ask({
      type: 'send',
      ref: 'x',
      to: group,
      body: { type: 'text', text: 'x' },
      replyTo: id,
      mentions: [ben.id],
    });
    await kit.recorded();
    const { items } = await ben.call<{ items: Message[] }>('GET', `/chats/${group}/messages`);
    expect(items[1]).toMatchObject({ replyTo: id, mentions: [ben.id] });
  });
});

describe('members of groups', () => {
  it('members, including a member who is removed, receive each change of their group live', async () => {
    const [ann, ben, carl] = await trio();
    await using c = await carl.connect(1);
    await using b = await ben.connect(0);
    const group = await kit.group([ann, ben]);
    const path = `/groups/${group}`;
    await ann.call('PUT', `${path}/members/${carl.id}`);
    await ann.call('PATCH', `${path}/members/${ben.id}`, { role: 'admin' });
    await ben.call('PATCH', path, { description: 'anew' });
    await ben.call('DELETE', `${path}/members/${carl.id}`);
    await ben.call('POST', `${path}/leave`);
    await ann.call('DELETE', path);
    const told = [
      change(group, 'created', ann.id),
      change(group, 'joined', carl.id),
      change(group, 'role', ben.id),
      change(group, 'updated'),
      change(group, 'removed', carl.id),
      change(group, 'left', ben.id),
    ];
    expect((await b.untilEvents(6)).map(({ event }) => event)).toEqual(told);
    expect((await c.untilEvents(4)).map(({ event }) => event)).toEqual(told.slice(1, 5));
  });

  it('a new member can write at once, even if the gateway has just rejected a message of the user', async () => {
    const [ann, ben, carl] = await trio();
    const group = await kit.group([ann, ben]);
    await using c = await carl.connect(1);
    expect(await refusal(c, group, 'too early')).toMatchObject({ type: 'error', code: 'not-member', retry: false });
    await ann.call('PUT', `/groups/${group}/members/${carl.id}`);
    expect(await c.text(group, 'hello')).toMatchObject({ conversation: `g${group}` });
  });

  it('a member who left or was removed cannot write on any gateway and gets no more events', async () => {
    const [ann, ben, carl] = await trio();
    const group = await kit.group([ann, ben, carl]);
    await using a = await ann.connect(0);
    const clients = [
      await ben.connect(0),
      await ben.connect(1, { device: 'other' }),
      await carl.connect(0),
      await carl.connect(1, { device: 'other' }),
    ];
    for (const [i, client] of clients.entries()) await client.text(group, `before ${i}`);
    await Promise.all([
      ann.call('DELETE', `/groups/${group}/members/${ben.id}`),
      carl.call('POST', `/groups/${group}/leave`),
    ]);
    for (const [i, client] of clients.entries()) {
      expect(await refusal(client, group, `after ${i}`)).toMatchObject({ type: 'error', code: 'not-member' });
      expect(await client.ask({ type: 'mark', ref: `m${i}`, chat: group, read: 1 })).toMatchObject({
        code: 'not-member',
      });
    }
    await a.text(group, 'alone');
    for (const client of clients) {
      await client.settled();
      expect(client.heard).not.toContain('alone');
      await client.close();
    }
  });

  it('a removed member cannot write, even if the gateway missed the removal', async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben]);
    await using b = await ben.connect();
    await b.text(group, 'in');
    // Makes the same changes as the api, but does not notify the gateways.
    await kit.db.deleteFrom('group_members').where('user_id', '=', ben.id).execute();
    await kit.link.client.srem(kit.link.keys.members(group), ben.id);
    expect(await refusal(b, group, 'out')).toMatchObject({ code: 'not-member' });
    await kit.link.client.sadd(kit.link.keys.members(group), ben.id);
    await forgetPermits(kit.link, [ben.id]);
  });

  it('members can write after Redis has lost the list of members', async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben]);
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    await a.text(group, 'before');
    await kit.link.client.del(kit.link.keys.members(group), kit.link.keys.copy(group));
    await a.texts(group, ['after', 'and in order', 'too']);
    await b.until(
      () => b.heard.length === 4,
      () => `heard ${b.heard}`,
    );
    expect(b.heard).toEqual(['before', 'after', 'and in order', 'too']);
  });

  it('members of a dissolved group get not-found, and their list of chats no longer contains its chat', async () => {
    const [ann, ben] = await trio();
    const group = await kit.group([ann, ben]);
    await using b = await ben.connect(1);
    await b.text(group, 'in');
    await ann.call('DELETE', `/groups/${group}`);
    expect(await refusal(b, group, 'gone')).toMatchObject({ code: 'not-found' });
    expect(await b.ask({ type: 'mark', ref: 'm', chat: group, read: 1 })).toMatchObject({ code: 'not-found' });
    expect((await ben.chats()).map(({ chat }) => chat)).not.toContain(group);
  });
});
