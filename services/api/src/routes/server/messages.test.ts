import type { Chat, Message, MessageEvent, Problem } from '@parley/protocol';
import { SYSTEM_USER } from '@parley/protocol';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../../test/listen.ts';
import { seedMessages } from '../../../test/seed.ts';
import { seedHistory } from '../../../test/seed-history.ts';
import { type Product, startServerApi } from '../../../test/server-api.ts';
import type { Person } from '../../../test/test-api.ts';

let product: Product;
beforeAll(async () => {
  product = await startServerApi();
});
afterAll(() => product[Symbol.asyncDispose]());

const text = (text: string) => ({ type: 'text', text });
const send = (message: object) => product.call<Sent & Problem>('post', '/messages', message);
const messages = async (person: Person) =>
  (await product.api.events(person)).filter((event): event is MessageEvent => event.kind === 'message');

describe('Idempotency-Key', () => {
  const token = (key: string, body: object) =>
    product.call<{ accessToken: string } & Problem>('post', '/tokens', body, { 'idempotency-key': key });

  it('repeating a POST with the same Idempotency-Key opens one session and returns the same tokens', async () => {
    const [ann] = await product.people('i-1');
    const answers = [await token('k1', { user: 'i-1' }), await token('k1', { user: 'i-1' })];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    const { body } = await product.call<{ items: unknown[] }>('get', `/users/~${ann?.id}/sessions`);
    expect(body.items.length).toBe(2);
    const { client } = product.api.redis;
    const stored = await Promise.all((await client.keys('*request:*')).map((key) => client.get(key)));
    expect(stored.join()).not.toContain(answers[0]?.body.accessToken);
  });

  it('concurrent POSTs with one Idempotency-Key run once, while the others get the same response or 409', async () => {
    await product.people('i-2');
    const answers = await Promise.all(Array.from({ length: 6 }, () => token('k2', { user: 'i-2' })));
    const done = answers.filter(({ status }) => status === 201);
    expect(new Set(done.map(({ body }) => body.accessToken)).size).toBe(1);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.every(({ status, body }) => status === 409 && body.code === 'conflict')).toBe(true);
  });

  it('the api rejects an Idempotency-Key for another request; the key can be reused after a refusal', async () => {
    expect((await token('k3', { user: 'i-3' })).status).toBe(404);
    await product.people('i-3', 'i-4');
    expect((await token('k3', { user: 'i-3' })).status).toBe(201);
    const other = await token('k3', { user: 'i-4' });
    expect([other.status, other.body.code]).toEqual([409, 'conflict']);
    const invalid = await token('a b', { user: 'i-4' });
    expect([invalid.status, invalid.body.code]).toEqual([400, 'bad-request']);
  });
});

describe('a message of the product', () => {
  it('the response to a sent message does not reveal the presence of a recipient who hides it', async () => {
    const [a, b] = await product.people('h-1', 'h-2');
    await product.call('put', '/users/h-1/friends/h-2');
    const { client, keys } = product.api.redis;
    await client.hset(keys.online(b.id), 'gateway', 1);
    const subscriber = new Redis(product.api.config.redis.url);
    await subscriber.ssubscribe(keys.user(b.id));
    const online = async (from: string, ref: string) =>
      (await send({ from, to: 'h-2', ref, body: text('hi') })).body.online;
    expect(await online('h-1', 'r1')).toBe(true);
    await b.call('patch', '/v1/me', { privacy: { lastSeen: 'friends' } });
    expect([await online('h-1', 'r2'), await online('system', 'r2')]).toEqual([true, false]);
    await b.call('patch', '/v1/me', { privacy: { lastSeen: 'nobody' } });
    expect(await online('h-1', 'r3')).toBe(false);
    expect(await messages(a)).toHaveLength(3);
    subscriber.disconnect();
  });

  it('a server API message from a user is in both inboxes and the record stream before the api responds', async () => {
    const [a, b] = await product.people('m-1', 'm-2');
    await product.call('put', '/users/m-1/friends/m-2');
    const { status, body } = await send({
      from: 'm-1',
      to: 'm-2',
      ref: 'r1',
      body: text('hi'),
      mentions: [b.id],
      custom: { a: 1 },
    });
    const conversation = `${a.id}_${b.id}`;
    expect([status, body]).toEqual([
      201,
      { id: expect.any(Number), conversation, date: expect.any(Number), online: false, duplicate: false },
    ]);
    const event = {
      ...{ kind: 'message', id: body.id, conversation, from: a.id, to: b.id, date: body.date },
      ...{ body: text('hi'), mentions: [b.id], custom: { a: 1 } },
    };
    expect(await messages(b)).toEqual([event]);
    expect(await messages(a)).toEqual([{ ...event, ref: 'r1' }]);
    const { client, keys } = product.api.redis;
    const entries = await client.xrange(keys.record(keys.home(conversation)), '-', '+');
    expect(entries.map(([, fields]) => JSON.parse(fields[1] ?? '').id)).toContain(body.id);
  });

  it('concurrent server API messages with the same ref create one message', async () => {
    const [, b] = await product.people('m-3', 'm-4');
    await product.call('put', '/users/m-3/friends/m-4');
    const message = { from: 'm-3', to: b.id, ref: 'order-7', body: text('shipped') };
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(message)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await messages(b)).toHaveLength(1);
  });

  it('a system message reaches every user, even a user who blocks the system', async () => {
    const [a] = await product.people('m-5');
    await product.call('put', `/users/m-5/blocks/~${SYSTEM_USER}`);
    const { status, body } = await send({ from: 'system', to: 'm-5', ref: 'welcome', body: text('Welcome') });
    expect([status, body.conversation]).toEqual([201, `${a.id}_${SYSTEM_USER}`]);
    expect(await messages(a)).toMatchObject([{ from: SYSTEM_USER, to: a.id, body: text('Welcome') }]);
    const { body: shown } = await a.get(`/v1/users/${SYSTEM_USER}`);
    expect(shown).toMatchObject({ name: 'System' });
  });

  it("the server API sends to a group as a member or as the system, by external id or Parley's id", async () => {
    const [a, b, c] = await product.people('m-6', 'm-7', 'm-8');
    const { body: group } = await product.call<{ id: number }>('put', '/groups/mg-1', {
      ...{ name: 'Messages', owner: 'm-6', members: ['m-7'] },
    });
    expect((await send({ from: 'm-7', to: { group: 'mg-1' }, ref: '1', body: text('1') })).status).toBe(201);
    expect((await send({ from: 'system', to: group.id, ref: '2', body: text('2') })).status).toBe(201);
    expect((await messages(a)).map(({ from, to }) => [from, to])).toEqual([
      [b.id, group.id],
      [SYSTEM_USER, group.id],
    ]);
    const refused = await send({ from: c.id, to: group.id, ref: '3', body: text('3') });
    expect([refused.status, refused.body.code]).toEqual([403, 'not-member']);
  });

  it('the server API rejects a message whose sender is not allowed to write to the receiver', async () => {
    const [, b] = await product.people('m-9', 'm-10');
    await product.call('put', '/users/gone', {});
    await product.call('delete', '/users/gone');
    const code = async (message: object) => (await send({ ref: 'x', body: text('x'), ...message })).body.code;
    expect(await code({ from: 'm-9', to: 'm-10' })).toBe('not-friends');
    await product.call('put', '/users/m-9/friends/m-10');
    await product.call('put', '/users/m-10/blocks/m-9');
    expect(await code({ from: 'm-9', to: b.id })).toBe('blocked');
    expect(await code({ from: 'm-9', to: 'nobody' })).toBe('not-found');
    expect(await code({ from: 'nobody', to: b.id })).toBe('not-found');
    expect(await code({ from: 'gone', to: b.id })).toBe('not-found');
    expect(await code({ from: 'system', to: 'gone' })).toBe('not-found');
    expect(await code({ from: 'system', to: 7 })).toBe('not-found');
    expect(await code({ from: 'system', to: { group: 'none' } })).toBe('not-found');
    expect(await messages(b)).toEqual([]);
  });

  it.each([
    ['no ref', { ref: undefined }],
    ['a body of no type', { body: { type: 'dance' } }],
    ['a misspelt field', { form: 'm-1' }],
    ['the system as receiver', { to: 'system' }],
  ])('the server API rejects a message with %s', async (_, part) => {
    await product.people('m-11');
    const { status } = await send({ from: 'system', to: 'm-11', ref: 'x', body: text('x'), ...part });
    expect(status).toBe(400);
  });
});

describe('an operator', () => {
  it('an operator reads the chats and messages of a user', async () => {
    const [a, b] = await product.people('o-1', 'o-2');
    const [first = 0, second = 0] = await seedMessages(product.api.db, [
      { from: a.id, to: b.id, text: 'one' },
      { from: b.id, to: a.id, text: 'two' },
    ]);
    const chats = await product.call<{ items: Chat[]; users: { id: number }[] }>('get', '/users/o-1/chats');
    expect(chats.body.items).toMatchObject([{ chat: b.id, last: { id: second, body: text('two') } }]);
    const page = await product.call<{ items: Message[] }>(
      'get',
      `/users/o-1/chats/${b.id}/messages?limit=1&before=${second}`,
    );
    expect(page.body).toMatchObject({ items: [{ id: first, body: text('one') }], more: false });
    expect((await product.call('get', '/users/o-1/chats/999/messages')).status).toBe(404);
    expect((await product.call('get', '/users/nobody/chats')).status).toBe(404);
  });

  it('an operator removes a message once for everybody', async () => {
    const [a, b] = await product.people('o-3', 'o-4');
    const [id = 0] = await seedMessages(product.api.db, [{ from: a.id, to: b.id, text: 'rude' }]);
    expect((await product.call('delete', `/users/o-4/chats/${a.id}/messages/${id}`)).status).toBe(204);
    const recalled = { kind: 'recall', id, user: a.id };
    expect(await product.api.events(b)).toContainEqual({ ...recalled, chat: a.id });
    expect(await product.api.events(a)).toContainEqual({ ...recalled, chat: b.id });
    const { client, keys } = product.api.redis;
    const stream = keys.record(keys.home(`${a.id}_${b.id}`));
    const records = (await client.xrange(stream, '-', '+')).map(([, fields]) => JSON.parse(fields[1] ?? ''));
    expect(records).toContainEqual({ kind: 'recall', user: a.id, chat: b.id, id, date: expect.any(Number) });
    expect((await product.call('delete', `/users/o-4/chats/${a.id}/messages/${id + 1}`)).status).toBe(404);
  });

  it("an operator removes a message from one user's copy of a chat", async () => {
    const [a, b] = await product.people('o-12', 'o-13');
    const [id = 0] = await seedMessages(product.api.db, [{ from: a.id, to: b.id, text: 'private' }]);
    const path = `/users/o-13/chats/${a.id}/messages/${id}`;
    expect((await product.call('delete', `${path}?for=nobody`)).status).toBe(400);
    expect((await product.call('delete', `${path}?for=user`)).status).toBe(204);
    expect(await product.api.events(b)).toContainEqual({ kind: 'hide', chat: a.id, ids: [id] });
    expect((await product.api.events(a)).filter(({ kind }) => kind === 'hide' || kind === 'recall')).toEqual([]);
    const { client, keys } = product.api.redis;
    const stream = keys.record(keys.home(`${a.id}_${b.id}`));
    const records = (await client.xrange(stream, '-', '+')).map(([, fields]) => JSON.parse(fields[1] ?? ''));
    expect(records).toContainEqual({ kind: 'hide', user: b.id, chat: a.id, ids: [id] });
  });

  it('an operator edits a message for everybody, and fields that the request omits stay unchanged', async () => {
    const [a, b] = await product.people('o-6', 'o-7');
    const [id = 0] = await seedMessages(product.api.db, [
      { from: a.id, to: b.id, text: 'wrong', edited: Date.now() + 5000, custom: JSON.stringify({ order: 7 }) },
    ]);
    const path = `/users/o-7/chats/${a.id}/messages/${id}`;
    const { body: before } = await product.call<Message>('get', path);
    expect(before).toMatchObject({ id, from: a.id, to: b.id, body: text('wrong'), custom: { order: 7 } });
    const edited = await product.call<Message>('patch', path, { body: text('right') });
    expect([edited.status, edited.body]).toEqual([
      200,
      { ...before, body: text('right'), edited: (before.edited ?? 0) + 1 },
    ]);
    const change = { kind: 'edit', id, body: text('right'), custom: { order: 7 } };
    expect(await product.api.events(b)).toContainEqual({ ...change, chat: a.id, user: a.id });
    expect(await product.api.events(a)).toContainEqual({ ...change, chat: b.id, user: a.id });
    const { client, keys } = product.api.redis;
    const stream = keys.record(keys.home(`${a.id}_${b.id}`));
    const records = (await client.xrange(stream, '-', '+')).map(([, fields]) => JSON.parse(fields[1] ?? ''));
    expect(records).toContainEqual({ ...change, user: a.id, chat: b.id, date: edited.body.edited });

    const without = await product.call<Message>('patch', path, { custom: null });
    expect(without.body).toEqual({ ...before, custom: undefined, edited: expect.any(Number) });
    const logged = product.api.logged.map((line) => JSON.parse(line)).filter(({ log }) => log === 'audit');
    const said = { user: a.id, chat: b.id, message: id, key: 'key-1' };
    expect(logged).toContainEqual(expect.objectContaining({ event: 'message.edited', ...said }));
  });

  it('an operator edits a message of a group for all members', async () => {
    const [a, b] = await product.people('o-8', 'o-9');
    const { body: group } = await product.call<{ id: number }>('put', '/groups/og-1', {
      ...{ name: 'Edited', owner: 'o-8', members: ['o-9'], history: 'all' },
    });
    const [id = 0] = await seedHistory(product.api.db, group.id, [{ peer: group.id, from: a.id, text: 'wrong' }]);
    const path = `/users/o-9/chats/${group.id}/messages/${id}`;
    expect((await product.call('patch', path, { body: text('right') })).status).toBe(200);
    const change = { kind: 'edit', id, body: text('right'), chat: group.id, user: a.id };
    expect(await product.api.events(a)).toContainEqual(change);
    expect(await product.api.events(b)).toContainEqual(change);
  });

  it('an operator cannot edit a message that is recalled or not in the chat', async () => {
    const [a, b] = await product.people('o-10', 'o-11');
    const [id = 0] = await seedMessages(product.api.db, [{ from: a.id, to: b.id, text: 'x' }]);
    const patch = (message: number, given: object) =>
      product.call<Problem>('patch', `/users/o-10/chats/${b.id}/messages/${message}`, given);
    expect((await patch(id + 1, { body: text('y') })).status).toBe(404);
    expect((await patch(id, {})).status).toBe(400);
    expect((await patch(id, { custom: { a: 'x'.repeat(5000) } })).status).toBe(400);
    await product.api.db.updateTable('messages').set({ body: null, recalled: 1 }).where('id', '=', id).execute();
    expect((await patch(id, { body: text('y') })).body.code).toBe('conflict');
    expect(await product.api.events(b)).toEqual([]);
  });

  it('an operator lists users page by page and finds users by name', async () => {
    const [a, b] = await product.people('list-1', 'list-2');
    const first = await product.call<{ items: { id: number }[]; next: string }>('get', '/users?q=list-&limit=1');
    const second = await product.call<{ items: { id: number }[] }>(
      'get',
      `/users?q=list-&limit=1&after=${first.body.next}`,
    );
    expect([first, second].map(({ body }) => body.items.map(({ id }) => id))).toEqual([[a.id], [b.id]]);
    expect(second.body).toMatchObject({ next: null });
    expect((await product.call<{ items: object[] }>('get', '/users?q=%25')).body.items).toEqual([]);
    expect((await product.call('get', '/users')).status).toBe(200);
  });

  it('an operator closes the connections of a user', async () => {
    const [a] = await product.people('o-5');
    await using control = await listen(product.api, a);
    expect((await product.call('delete', '/users/o-5/connections')).status).toBe(204);
    expect(await control.first).toBe('!{"do":"revoke"}');
  });
});

it('the server API sends messages between strangers with SEND_POLICY=anyone', async () => {
  await using open = await startServerApi({ SEND_POLICY: 'anyone' });
  await open.people('a', 'b');
  const message = { from: 'a', to: 'b', ref: '1', body: text('hi') };
  expect((await open.call('post', '/messages', message)).status).toBe(201);
});

interface Sent {
  id: number;
  conversation: string;
  date: number;
  online: boolean;
}
