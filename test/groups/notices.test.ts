import { expireGroup, openPool, verifyDatabase } from '@parley/database';
import type { ClientFrame, Message, NoticeBody } from '@parley/protocol';
import { recorderFeatures, shareSettings } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../gateway/client.ts';
import { Kit, type Person } from './kit.ts';

const serverKey = 'key-of-the-server-of-the-notices';
let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start({ env: { GROUP_NOTICES: 'on', API_KEYS: serverKey } });
});
afterAll(() => kit?.[Symbol.asyncDispose]());

type Page = { items: Message[]; users: { id: number }[] };
const page = (person: Person, chat: number) => person.call<Page>('GET', `/chats/${chat}/messages?limit=200`);

/** The notices of a chat in the history, without their type. */
async function notices(person: Person, chat: number): Promise<Omit<NoticeBody, 'type'>[]> {
  await kit.recorded();
  const { items } = await page(person, chat);
  return items.flatMap(({ body }) => {
    if (body?.type !== 'notice') return [];
    const { type: _, ...notice } = body;
    return [notice];
  });
}

const messagesOf = (client: Client) => client.events.flatMap(({ event }) => (event.kind === 'message' ? [event] : []));
const received = (client: Client) => messagesOf(client).filter(({ body }) => body.type === 'notice');

let refs = 0;
const refuse = async (client: Client, frame: object) =>
  await client.ask({ ...frame, ref: `refused ${++refs}` } as ClientFrame & { ref: string });

async function server<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${kit.api}/v1/server${path}`, {
    method,
    headers: { authorization: `Bearer ${serverKey}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

describe('notices in groups', () => {
  it('each change of a group writes a notice, which all members receive in order and find in the history', async () => {
    const [ann, ben, cem, dan] = (await kit.people(4)) as [Person, Person, Person, Person];
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    const group = await kit.group([ann, ben], { name: 'Trip' });
    await ann.call('PUT', `/groups/${group}/members/${cem.id}`);
    const { code } = await ann.call<{ code: string }>('POST', `/groups/${group}/invites`, {});
    await dan.call('POST', `/invites/${code}/join`);
    await ann.call('PATCH', `/groups/${group}`, { name: 'Journey', slowMode: 30 });
    await ann.call('PATCH', `/groups/${group}`, { avatar: 'https://example.org/a.png', description: 'no notice' });
    await ann.call('PATCH', `/groups/${group}/members/${ben.id}`, { role: 'admin' });
    await ben.call('DELETE', `/groups/${group}/members/${cem.id}`);
    await dan.call('POST', `/groups/${group}/leave`);
    await ann.call('PATCH', `/groups/${group}/members/${ben.id}`, { role: 'owner' });
    await ben.call('PATCH', `/groups/${group}/members/${ann.id}`, { role: 'member' });
    const expected = [
      { notice: 'created', name: 'Trip', by: ann.id },
      { notice: 'added', users: [cem.id], by: ann.id },
      { notice: 'joined', link: true, users: [dan.id] },
      { notice: 'renamed', name: 'Journey', by: ann.id },
      { notice: 'slow-mode', seconds: 30, by: ann.id },
      { notice: 'picture', by: ann.id },
      { notice: 'admin', users: [ben.id], by: ann.id },
      { notice: 'removed', users: [cem.id], by: ben.id },
      { notice: 'left', users: [dan.id] },
      { notice: 'owner', users: [ben.id], by: ann.id },
      { notice: 'member', users: [ann.id], by: ben.id },
    ];
    expect(await notices(ann, group)).toEqual(expected);
    expect(await notices(ben, group)).toEqual(expected);
    const { items, users } = await page(ben, group);
    expect(items.map(({ from, to, conversation }) => [from, to, conversation])).toEqual(
      expected.map(() => [group, group, `g${group}`]),
    );
    expect(users.map(({ id }) => id).sort()).toEqual([ann.id, ben.id, cem.id, dan.id].sort());
    for (const client of [a, b]) {
      await client.until(
        () => received(client).length === expected.length,
        () => JSON.stringify(received(client)),
      );
      expect(received(client).map(({ id }) => id)).toEqual(items.map(({ id }) => id));
      expect(received(client).map(({ body }) => body)).toEqual(items.map(({ body }) => body));
    }
    // A member who was removed gets the event of it, and no notice.
    const last = await cem.chats();
    expect(last.some(({ chat }) => chat === group)).toBe(false);
  });

  it('a new member sees the notice of being added, and nothing from before', async () => {
    const [ann, ben, cem] = (await kit.people(3)) as [Person, Person, Person];
    const group = await kit.group([ann, ben]);
    await ann.call('PUT', `/groups/${group}/members/${cem.id}`);
    expect(await notices(cem, group)).toEqual([{ notice: 'added', users: [cem.id], by: ann.id }]);
    expect(await cem.chat(group)).toMatchObject({ unread: 0, last: { body: { type: 'notice', notice: 'added' } } });
  });

  it('notices do not count as unread, and a read mark between notices keeps the unread count exact', async () => {
    const [ann, ben, cem] = (await kit.people(3)) as [Person, Person, Person];
    await using a = await ann.connect();
    await using b = await ben.connect();
    const group = await kit.group([ann, ben]);
    const one = await a.text(group, 'notices 1', 'one');
    await ann.call('PUT', `/groups/${group}/members/${cem.id}`);
    await a.text(group, 'notices 2', 'two');
    await ann.call('PATCH', `/groups/${group}`, { name: 'Counted' });
    await kit.recorded();
    expect(await ben.chat(group)).toMatchObject({ unread: 2, last: { body: { notice: 'renamed', name: 'Counted' } } });
    expect((await ann.chat(group)).unread).toBe(0);
    await b.ask({ type: 'mark', ref: 'm1', chat: group, read: one.id });
    await kit.recorded();
    expect((await ben.chat(group)).unread).toBe(1);
    const added = (await page(ben, group)).items.find(({ body }) => body?.type === 'notice' && body.notice === 'added');
    await b.ask({ type: 'hide', ref: 'h1', chat: group, ids: [added?.id ?? 0] });
    await kit.recorded();
    expect((await ben.chat(group)).unread).toBe(1);
    expect(await notices(ben, group)).toEqual([
      { notice: 'created', name: expect.any(String), by: ann.id },
      { notice: 'renamed', name: 'Counted', by: ann.id },
    ]);
    expect(await notices(ann, group)).toHaveLength(3);
  });

  it('the unread count stays exact when old messages and notices among them are removed', async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    await using a = await ann.connect();
    const group = await kit.group([ann, ben]);
    await a.text(group, 'old 1', 'one');
    await ann.call('PATCH', `/groups/${group}`, { name: 'Older' });
    const { id } = await a.text(group, 'old 2', 'two');
    await ann.call('PATCH', `/groups/${group}`, { name: 'Newer' });
    await a.text(group, 'old 3', 'three');
    await kit.recorded();
    const removed = await kit.db.transaction().execute((tx) => expireGroup(tx, group, id, 100));
    expect([removed, (await ben.chat(group)).unread]).toEqual([4, 1]);
    expect(await notices(ben, group)).toEqual([{ notice: 'renamed', name: 'Newer', by: ann.id }]);
  });

  it('nobody can send, edit, recall, pin, report or react to a notice, whether it is in the inbox or only in the history', async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    await using a = await ann.connect();
    const group = await kit.group([ann, ben]);
    const body = { type: 'notice', notice: 'picture', by: ann.id };
    expect(await refuse(a, { type: 'send', to: group, body })).toMatchObject({ type: 'error', code: 'bad-frame' });
    await kit.recorded();
    const [created] = (await page(ann, group)).items;
    const id = created?.id as number;
    const text = { type: 'text', text: 'mine' };
    const actions = [
      { type: 'edit', chat: group, id, body: text },
      { type: 'recall', chat: group, id },
      { type: 'pin', chat: group, id, active: true },
      { type: 'react', chat: group, id, emoji: '👍', active: true },
      { type: 'action', chat: group, id, action: 'press' },
    ];
    for (const action of actions)
      expect(await refuse(a, action)).toMatchObject({ type: 'error', code: 'forbidden', retry: false });
    await kit.link.client.del(kit.link.keys.inbox(ann.id));
    for (const action of actions)
      expect(await refuse(a, action)).toMatchObject({ type: 'error', code: 'forbidden', retry: false });
    await expect(ann.call('POST', '/reports', { chat: group, message: id, reason: 'spam', text: '' })).rejects.toThrow(
      '409 conflict',
    );
    await expect(server('DELETE', `/users/~${ann.id}/chats/${group}/messages/${id}`)).rejects.toThrow('409');
    await expect(server('PATCH', `/users/~${ann.id}/chats/${group}/messages/${id}`, { body: text })).rejects.toThrow(
      '409',
    );
    await expect(server('POST', '/messages', { from: 'system', to: group, ref: 'n', body })).rejects.toThrow(
      'bad-request',
    );
    await kit.recorded();
    expect((await page(ann, group)).items).toEqual([created]);
  });

  it('pinning a message in a group writes one notice; pinning it again writes no other one', async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    await using a = await ann.connect();
    const group = await kit.group([ann, ben]);
    const { id } = await a.text(group, 'to pin');
    const pin = (active: boolean) => refuse(a, { type: 'pin', chat: group, id, active });
    for (const active of [true, false, true]) expect(await pin(active)).toMatchObject({ type: 'ack' });
    expect((await notices(ben, group)).slice(1)).toEqual([{ notice: 'pinned', by: ann.id, message: id }]);
    const direct = await a.text(ben.id, 'to pin between two');
    await refuse(a, { type: 'pin', chat: ben.id, id: direct.id, active: true });
    expect(await notices(ben, ann.id)).toEqual([]);
  });

  it('the search finds no notices, neither by text nor by filters', async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    await using a = await ann.connect();
    const group = await kit.group([ann, ben], { name: 'Kilimanjaro' });
    await a.text(group, 'about', 'Kilimanjaro is high');
    await kit.recorded();
    const find = async (query: string) =>
      (await ann.call<{ items: { message: Message }[] }>('GET', `/search?chat=${group}&${query}`)).items.map(
        ({ message }) => message.body?.type,
      );
    expect(await find('q=Kilimanjaro')).toEqual(['text']);
    expect(await find('since=1')).toEqual(['text']);
  });

  it('a notice about a change by the server API names no author; a change of many users writes a single notice', async () => {
    const people = await kit.people(25);
    const [owner, ...others] = people as [Person, ...Person[]];
    const members = others.map(({ id }) => id);
    await server('PUT', '/groups/n-1', { name: 'By server', owner: owner.id, members: [] });
    await server('PUT', '/groups/n-1', { name: 'By server', owner: owner.id, members });
    await server('PUT', '/groups/n-1', { name: 'Renamed', owner: owner.id, members: members.slice(0, 1) });
    await server('PUT', `/groups/n-1/members/~${members[0]}`, { role: 'admin' });
    const [group] = await owner.call<{ items: { id: number }[] }>('GET', '/groups').then(({ items }) => items);
    const found = await notices(owner, group?.id as number);
    const some = { users: expect.any(Array) };
    expect(found).toEqual([
      { notice: 'created', name: 'By server' },
      { notice: 'added', ...some, count: 24 },
      { notice: 'renamed', name: 'Renamed' },
      { notice: 'removed', ...some, count: 23 },
      { notice: 'admin', users: [members[0]] },
    ]);
    expect(found.map(({ users = [] }) => users.length)).toEqual([0, 20, 0, 20, 1]);
  });

  it('the api writes no notice while a recorder runs that would count it as unread', async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    const { RECORDS_NOTICES: _, ...features } = recorderFeatures;
    const stop = await shareSettings(kit.link, 'recorder old:1', features);
    const group = await kit.group([ann, ben]);
    await stop();
    expect(await notices(ann, group)).toEqual([]);
    await ann.call('PATCH', `/groups/${group}`, { name: 'Later' });
    expect(await notices(ann, group)).toEqual([{ notice: 'renamed', name: 'Later', by: ann.id }]);
  });

  it('the stores match after all tests of notices', async () => {
    await kit.recorded();
    const pool = openPool({ url: kit.databaseUrl, maxConnections: 2 });
    const results = await verifyDatabase(pool);
    await pool.end();
    expect(results.filter(({ faults }) => faults > 0)).toEqual([]);
  });
});

it('with GROUP_NOTICES=off, changes of a group write no notices', async () => {
  await using other = await Kit.start();
  const [ann, ben] = (await other.people(2)) as [Person, Person];
  const group = await other.group([ann, ben]);
  await using a = await ann.connect();
  const { id } = await a.text(group, 'only one');
  await a.ask({ type: 'pin', ref: 'pin', chat: group, id, active: true });
  await other.recorded();
  expect((await page(ann, group)).items.map((message) => message.id)).toEqual([id]);
});
