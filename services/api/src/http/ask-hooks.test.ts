import type { Group, Problem } from '@parley/protocol';
import { Receiver } from '@parley/stack/test';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Product, startServerApi } from '../../test/server-api.ts';

let receiver: Receiver;
let product: Product;
beforeAll(async () => {
  receiver = await Receiver.start();
  const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
  const events = ['message.send', 'user.register', 'friend.request', 'group.join'];
  product = await startServerApi({
    HOOKS: JSON.stringify([{ url: receiver.url, name: 'rules', events, secret }]),
    HOOK_NETWORKS: '127.0.0.0/8',
    HOOK_TIMEOUT: '5s',
  });
});
beforeEach(() => {
  receiver.got.length = 0;
  receiver.answer = undefined;
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await receiver?.close();
});

const reply = (value: object) => {
  receiver.answer = (response) => void response.writeHead(200).end(JSON.stringify(value));
};
const asked = () => receiver.got.map(({ event: { type, data } }) => ({ type, data }));
const refusal = { status: 403, body: { code: 'refused', detail: 'House rules.' } };
const refuse = () => reply({ allow: false, message: 'House rules.' });

describe('a hook is called before', () => {
  it('a hook can reject a registration', async () => {
    const register = (username: string) =>
      product.api.call<Problem>('post', '/v1/users', { body: { username, password: 'correct horse battery' } });
    expect((await register('hooked')).status).toBe(201);
    refuse();
    expect(await register('refused')).toMatchObject(refusal);
    const data = { username: 'hooked', name: 'hooked', address: expect.any(String) };
    expect(asked()[0]).toEqual({ type: 'user.register', data });
    expect(receiver.got.map(({ body }) => body).join()).not.toContain('correct horse');
  });

  it('a hook can reject a friend request', async () => {
    const [a, b] = await product.people('fa', 'fb');
    refuse();
    expect(await a.call<Problem>('post', '/v1/friend-requests', { to: b.id, message: 'hi' })).toMatchObject(refusal);
    expect(asked()).toEqual([{ type: 'friend.request', data: { from: a.id, to: b.id, message: 'hi' } }]);
    receiver.answer = undefined;
    expect((await a.call('post', '/v1/friend-requests', { to: b.id })).status).toBe(201);
  });

  it('a hook can reject a new member of a group', async () => {
    const [a, b, c] = await product.people('ga', 'gb', 'gc');
    await product.call('put', '/users/ga/friends/gb');
    await product.call('put', '/users/ga/friends/gc');
    const { body: group } = await a.call<Group>('post', '/v1/groups', { name: 'Hooked', members: [b.id] });
    const put = (id: number) => a.call<Problem>('put', `/v1/groups/${group.id}/members/${id}`);
    expect((await put(b.id)).status).toBe(200);
    refuse();
    expect(await put(c.id)).toMatchObject(refusal);
    expect(await a.call<Problem>('post', '/v1/groups', { name: 'Other', members: [c.id] })).toMatchObject(refusal);
    expect(asked()).toEqual([
      { type: 'group.join', data: { group: null, name: 'Hooked', users: [b.id], by: a.id } },
      { type: 'group.join', data: { group: group.id, users: [c.id], by: a.id } },
      { type: 'group.join', data: { group: null, name: 'Other', users: [c.id], by: a.id } },
    ]);
  });

  it('a hook can reject a user who joins a group by a link, a search or an accepted request', async () => {
    const [a, b, c] = await product.people('la', 'lb', 'lc');
    const { body: group } = await a.call<Group>('post', '/v1/groups', { name: 'Linked' });
    const make = (approval: boolean) =>
      a.call<{ id: number; code: string }>('post', `/v1/groups/${group.id}/invites`, { approval });
    const [open, asking] = [(await make(false)).body, (await make(true)).body];
    await c.call('post', `/v1/invites/${asking.code}/join`, {});
    expect(receiver.got).toEqual([]);
    refuse();
    expect(await b.call<Problem>('post', `/v1/invites/${open.code}/join`, {})).toMatchObject(refusal);
    expect(await a.call<Problem>('put', `/v1/groups/${group.id}/requests/${c.id}`)).toMatchObject(refusal);
    await a.call('patch', `/v1/groups/${group.id}`, { visibility: 'public' });
    expect(await b.call<Problem>('put', `/v1/groups/${group.id}/requests/${b.id}`)).toMatchObject(refusal);
    expect(asked()).toEqual([
      { type: 'group.join', data: { group: group.id, users: [b.id], by: b.id, invitation: open.id } },
      { type: 'group.join', data: { group: group.id, users: [c.id], by: a.id } },
      { type: 'group.join', data: { group: group.id, users: [b.id], by: b.id } },
    ]);
  });

  it('a hook can reject or change a message of the server API, but not a system message', async () => {
    const [a, b] = await product.people('ma', 'mb');
    await product.call('put', '/users/ma/friends/mb');
    const send = (from: string, ref: string) =>
      product.call<Problem>('post', '/messages', { from, to: 'mb', ref, body: { type: 'text', text: 'raw' } });
    reply({ allow: true, body: { type: 'text', text: 'clean' }, custom: { by: 'rules' } });
    expect((await send('ma', '1')).status).toBe(201);
    const changed = { kind: 'message', body: { type: 'text', text: 'clean' }, custom: { by: 'rules' } };
    expect((await product.api.events(b)).at(-1)).toMatchObject(changed);
    refuse();
    expect(await send('ma', '2')).toMatchObject(refusal);
    expect((await send('system', '3')).status).toBe(201);
    const data = { from: a.id, to: b.id, ref: '1', body: { type: 'text', text: 'raw' } };
    expect(asked()[0]).toEqual({ type: 'message.send', data });
    expect(receiver.got).toHaveLength(2);
  });
});

it('a friend request gets status 503 with Retry-After if the hook changes message fields', async () => {
  const [a, b] = await product.people('xa', 'xb');
  reply({ allow: true, body: { type: 'text', text: 'x' } });
  const answer = await a.call<Problem>('post', '/v1/friend-requests', { to: b.id });
  expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'unavailable', '1']);
});
