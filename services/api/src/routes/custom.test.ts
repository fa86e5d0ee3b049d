import type { Chat, Group, Problem, Session, User } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedMessages } from '../../test/seed.ts';
import { apiKey, type Product, startServerApi } from '../../test/server-api.ts';
import { Person, password } from '../../test/test-api.ts';

let product: Product;
let ann: Person;
let ben: Person;
let carl: Person;
beforeAll(async () => {
  product = await startServerApi({ MAX_CUSTOM: '100B' });
  [ann, ben, carl] = await product.people('ann', 'ben', 'carl');
  await ann.befriend(ben);
  await ann.befriend(carl);
});
afterAll(() => product[Symbol.asyncDispose]());

const sized = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

const inexact = 'Holds a number beyond ±9007199254740991: send it as a string';

/** Operations that accept `custom`, each with a body that lacks it. */
const operations = [
  ['post', '/v1/server/messages', message()],
  ['put', '/v1/server/groups/any', { name: 'any', owner: 'a' }],
  ['post', '/v1/groups', { name: 'any' }],
  ['patch', '/v1/groups/1', {}],
  ['patch', '/v1/me', {}],
  ['patch', '/v1/chats/1', {}],
  ['put', '/v1/server/users/ann', {}],
] as const;

describe.each(operations)('custom data by %s %s', (method, path, body) => {
  const call = (custom: string) =>
    product.api.call<Problem>(method, path, {
      token: path.startsWith('/v1/server') ? apiKey : ann.session.accessToken,
      raw: JSON.stringify({ ...body, custom: 0 }).replace('"custom":0', `"custom":${custom}`),
    });

  it.each([
    ['an array', '[1]', 'custom: Invalid input: expected record, received array'],
    ['a string', '"text"', 'custom: Invalid input: expected record, received string'],
    ['a byte too large', JSON.stringify(sized(101)), 'custom: Too large: this server allows at most 100 bytes of JSON'],
    ['far too large', JSON.stringify(sized(20_000)), 'custom: Too large: more than 16384 bytes of JSON'],
    ['an object with a key __proto__', '{"__proto__":{"admin":true}}', 'custom: Holds a key __proto__'],
    ['an object with a key __proto__ inside', '{"a":[{"__proto__":1}]}', 'custom: Holds a key __proto__'],
    ['an object with a number that is too large for a double', '{"a":1e400}', `custom: ${inexact}`],
    ['an object with an integer that is not exact', '{"a":[9007199254740993]}', `custom: ${inexact}`],
    ['an object with a lone surrogate', '{"a":"\\ud800"}', 'custom: Holds a null character or a lone surrogate'],
    ['an object with a null character', '{"a":"\\u0000"}', 'custom: Holds a null character or a lone surrogate'],
  ])('custom data are rejected if they are %s', async (_, custom, detail) => {
    const { status, body } = await call(custom);
    expect([status, body]).toMatchObject([400, { code: 'bad-request', detail, errors: [{ path: 'custom' }] }]);
  });

  it.each([40, 15_000])('custom data with %i levels are rejected', async (levels) => {
    const { status, body } = await call(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`);
    expect([status, body]).toMatchObject([400, { detail: 'Nested deeper than 32 levels.' }]);
  });
});

it('custom data keep fractions and small numbers, -0 becomes 0, and the last of two equal keys counts', async () => {
  const raw = '{"custom":{"a":-0,"b":0.1,"c":5e-324,"d":9007199254740991,"e":1,"e":2}}';
  const { status, body } = await product.api.call<User>('patch', '/v1/me', { token: ann.session.accessToken, raw });
  expect([status, body.custom]).toEqual([200, { a: 0, b: 0.1, c: 5e-324, d: Number.MAX_SAFE_INTEGER, e: 2 }]);
  expect((await ben.get<User>(`/v1/users/${ann.id}`)).body.custom).toEqual(body.custom);
});

describe('custom data of a message of the product', () => {
  it('the api limits the size of custom data in the body of a server API message', async () => {
    const own = (data: object) => ({ ...message(), body: { type: 'custom', name: 'poll', data } });
    const refused = await product.call<Problem>('post', '/messages', own(sized(101)));
    expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([400, 'body.data']);
    expect((await product.call('post', '/messages', { ...own(sized(100)), custom: sized(100) })).status).toBe(201);
  });
});

describe('custom data of a user', () => {
  it('custom data that a user sets are returned wherever the api returns the user', async () => {
    const [dora] = await product.people('dora');
    await dora.befriend(ann);
    const custom = { team: 'blue', tags: [{ id: 1, of: null }] };
    const { status, body } = await dora.call<User>('patch', '/v1/me', { custom });
    expect([status, body.custom]).toEqual([200, custom]);
    expect((await product.api.events(ann)).at(-1)).toEqual({ kind: 'profile', user: dora.id });
    const { body: group } = await dora.call<Group>('post', '/v1/groups', { name: 'Of dora', members: [ann.id] });
    await carl.call('put', `/v1/blocks/${dora.id}`);
    await seedMessages(product.api.db, [{ from: dora.id, to: ann.id, text: 'hi' }]);
    const seen = { id: dora.id, custom };
    expect((await dora.get('/v1/me')).body).toMatchObject(seen);
    expect((await ann.get(`/v1/users/${dora.id}`)).body).toMatchObject(seen);
    for (const [person, path, found] of [
      [ann, '/v1/users?q=dora', { items: [seen] }],
      [ann, `/v1/users?ids=${dora.id}`, { items: [seen] }],
      [
        ann,
        '/v1/friends',
        { items: expect.arrayContaining([expect.objectContaining({ user: expect.objectContaining(seen) })]) },
      ],
      [dora, '/v1/friend-requests', { items: [{ from: seen, to: { id: ann.id } }] }],
      [ann, `/v1/groups/${group.id}/members`, { items: [{ user: seen }, { user: { id: ann.id } }] }],
      [carl, '/v1/blocks', { items: [{ user: seen }] }],
      [ann, `/v1/chats/${dora.id}/messages`, { users: [{ id: ann.id }, { ...seen, name: 'dora', avatar: null }] }],
      [ann, '/v1/search?q=hi', { users: [{ id: ann.id }, seen] }],
    ] as const)
      expect([path, (await person.get(path)).body]).toMatchObject([path, found]);
    const chats = await ann.get<{ users: object[] }>('/v1/chats');
    expect(chats.body.users).toContainEqual({ ...seen, name: 'dora', avatar: null });
  });

  it('custom data of a user stay until they are set to null or the account is deleted', async () => {
    const username = 'emil-7';
    const body = { username, password };
    const { body: session } = await product.api.call<Session>('post', '/v1/users', { body });
    const emil = new Person(product.api, session);
    await emil.call('patch', '/v1/me', { custom: { a: 1 } });
    await emil.call('patch', '/v1/me', { sign: 'here' });
    const signIn = () => product.api.call<Session>('post', '/v1/sessions', { body });
    expect((await signIn()).body.user).toMatchObject({ sign: 'here', custom: { a: 1 } });
    expect((await emil.call<User>('patch', '/v1/me', { custom: null })).body).not.toHaveProperty('custom');
    expect((await signIn()).body.user).not.toHaveProperty('custom');
    await emil.call('patch', '/v1/me', { custom: { secret: 1 } });
    await emil.call('delete', '/v1/me', { password });
    const stored = product.api.db.selectFrom('users').select('custom').where('id', '=', emil.id);
    expect(await stored.executeTakeFirst()).toEqual({ custom: null });
  });

  it('the server API sets custom data of a user and notifies friends only if they changed', async () => {
    const [fay] = await product.people('fay');
    await fay.befriend(ben);
    const put = (given: object) => product.call<User>('put', '/users/fay', given);
    const profiles = async () =>
      (await product.api.events(ben)).filter((event) => event.kind === 'profile' && event.user === fay.id).length;
    expect((await product.call<User>('put', '/users/new', { custom: { a: 0 } })).body.custom).toEqual({ a: 0 });
    expect((await put({ name: 'fay', custom: { a: 1, b: 2 } })).body.custom).toEqual({ a: 1, b: 2 });
    const before = (await product.api.events(ben)).length;
    expect(await profiles()).toBe(1);
    expect((await put({ custom: { b: 2, a: 1 } })).body.custom).toEqual({ a: 1, b: 2 });
    expect((await put({})).body.custom).toEqual({ a: 1, b: 2 });
    expect((await product.api.events(ben)).length).toBe(before);
    const found = await product.call<{ items: User[] }>('get', '/users?q=fay');
    expect(found.body.items).toMatchObject([{ custom: { a: 1, b: 2 } }]);
    expect((await put({ custom: null })).body).not.toHaveProperty('custom');
    expect((await product.call('get', '/users/fay')).body).not.toHaveProperty('custom');
  });
});

describe('custom data of a group', () => {
  it('the owner and admins can change custom data of a group, and every member sees them', async () => {
    const custom = { room: { floor: 3, tags: ['a', null] } };
    const { status, body: group } = await ann.call<Group>('post', '/v1/groups', {
      ...{ name: 'Custom', members: [ben.id, carl.id], custom },
    });
    expect([status, group.custom]).toEqual([201, custom]);
    const at = `/v1/groups/${group.id}`;
    const customOf = async (person: Person) => (await person.get<Group>(at)).body.custom;
    expect(await customOf(ben)).toEqual(custom);
    expect((await carl.call('patch', at, { custom: { mine: 1 } })).status).toBe(403);
    await ann.call('patch', `${at}/members/${ben.id}`, { role: 'admin' });
    expect((await ben.call<Group>('patch', at, { custom: { version: 2 } })).body.custom).toEqual({ version: 2 });
    expect((await product.api.events(carl)).at(-1)).toEqual({ kind: 'group', group: group.id, change: 'updated' });
    expect((await ann.call<Group>('patch', at, { description: 'other' })).body.custom).toEqual({ version: 2 });
    const listed = await carl.get<{ items: Group[] }>('/v1/groups');
    expect(listed.body.items.find(({ id }) => id === group.id)?.custom).toEqual({ version: 2 });
    expect((await ann.call<Group>('patch', at, { custom: null })).body).not.toHaveProperty('custom');
    expect(await carl.get(at)).toMatchObject({ status: 200, body: expect.not.objectContaining({ custom: null }) });
  });

  it('the server API sets custom data of a group and notifies members only if they changed', async () => {
    const put = (custom?: object | null) =>
      product.call<Group>('put', '/groups/g', { name: 'Of the product', owner: 'ann', members: ['ben'], custom });
    const { status, body } = await put({ a: 1, b: [{ c: 2 }] });
    expect([status, body.custom]).toEqual([201, { a: 1, b: [{ c: 2 }] }]);
    const updates = async () =>
      (await product.api.events(ben)).filter(
        (event) => event.kind === 'group' && event.group === body.id && event.change === 'updated',
      ).length;
    expect((await put({ b: [{ c: 2 }], a: 1 })).body.custom).toEqual({ a: 1, b: [{ c: 2 }] });
    expect((await put()).body.custom).toEqual({ a: 1, b: [{ c: 2 }] });
    expect(await updates()).toBe(0);
    expect((await put({ a: 2 })).body.custom).toEqual({ a: 2 });
    expect(await updates()).toBe(1);
    expect((await product.call<Group>('get', '/groups/g')).body.custom).toEqual({ a: 2 });
    expect((await put(null)).body).not.toHaveProperty('custom');
  });

  it('custom data of a group are deleted when the group is dissolved', async () => {
    const { body } = await ann.call<Group>('post', '/v1/groups', { name: 'Ends', custom: { a: 1 } });
    await ann.call('delete', `/v1/groups/${body.id}`);
    const stored = product.api.db.selectFrom('groups').select('custom').where('id', '=', body.id);
    expect(await stored.executeTakeFirst()).toEqual({ custom: null });
  });
});

describe('custom data of a chat', () => {
  const at = (peer: { id: number }) => `/v1/chats/${peer.id}`;
  const customOf = async (person: Person, peer: { id: number }) =>
    (await person.call<Chat>('put', at(peer))).body.custom;

  it("custom data of a chat are visible only to the user who set them, and reach this user's other devices", async () => {
    const custom = { folder: 'work', tags: ['a', null] };
    const { status, body } = await ann.call<Chat>('patch', at(ben), { custom });
    expect([status, body]).toMatchObject([200, { chat: ben.id, pinned: false, muted: false, custom }]);
    expect((await product.api.events(ann)).at(-1)).toEqual({ kind: 'chat', chat: ben.id, change: 'updated' });
    await seedMessages(product.api.db, [{ from: ben.id, to: ann.id, text: 'hi' }]);
    const list = await ann.get<{ items: Chat[] }>('/v1/chats');
    expect(list.body.items.find(({ chat }) => chat === ben.id)?.custom).toEqual(custom);
    expect(await customOf(ben, ann)).toBeUndefined();
    expect(JSON.stringify(await product.api.events(ben))).not.toContain('folder');
  });

  it('custom data of a chat stay when the chat is pinned or muted, until they are set to null', async () => {
    await ann.call('patch', at(carl), { custom: { a: 1 }, muted: true });
    await ann.call('patch', at(carl), { pinned: true });
    expect((await ann.call('put', at(carl))).body).toMatchObject({ pinned: true, muted: true, custom: { a: 1 } });
    const { body } = await ann.call<Chat>('patch', at(carl), { custom: null });
    expect(body).toMatchObject({ pinned: true, muted: true });
    expect(body).not.toHaveProperty('custom');
  });

  it("each member has separate custom data for a group's chat, which are deleted when the member leaves", async () => {
    const { body: group } = await ann.call<Group>('post', '/v1/groups', { name: 'Chats', members: [ben.id] });
    await ben.call('patch', at(group), { custom: { mine: 1 } });
    expect(await customOf(ben, group)).toEqual({ mine: 1 });
    expect(await customOf(ann, group)).toBeUndefined();
    expect((await ben.get<Group>(`/v1/groups/${group.id}`)).body).not.toHaveProperty('custom');
    await ben.call('post', `/v1/groups/${group.id}/leave`);
    await ann.call('put', `/v1/groups/${group.id}/members/${ben.id}`);
    expect(await customOf(ben, group)).toBeUndefined();
  });
});

function message() {
  return { from: 'system', to: 'ben', ref: 'r', body: { type: 'text', text: 'hi' } };
}
