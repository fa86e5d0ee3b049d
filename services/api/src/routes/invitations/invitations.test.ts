import type { Group, GroupInvitation, InvitationPreview, JoinRequest, JoinResult, Problem } from '@parley/protocol';
import { readPermit } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startServerApi } from '../../../test/server-api.ts';
import { share } from '../../../test/share.ts';
import { type Person, password, type TestApi } from '../../../test/test-api.ts';
import { picture, Uploader } from '../../../test/upload.ts';

let product: Product;
let api: TestApi;

beforeAll(async () => {
  product = await startServerApi({ TRUSTED_PROXIES: '127.0.0.1', MAX_INVITATIONS: '3', MAX_JOIN_REQUESTS: '2' });
  api = product.api;
});
afterAll(() => product?.[Symbol.asyncDispose]());

/** Creates a group with an owner and an admin, and registers a user who is not a member. */
async function makeGroup(fields: object = {}) {
  const [owner, admin, visitor] = await api.people();
  await owner.befriend(admin);
  const body = { name: `links ${owner.id}`, members: [admin.id], ...fields };
  const group = (await owner.call<Group>('post', '/v1/groups', body)).body.id;
  await owner.call('patch', `/v1/groups/${group}/members/${admin.id}`, { role: 'admin' });
  return { owner, admin, visitor, group };
}
const make = (by: Person, group: number, body: object = {}) =>
  by.call<GroupInvitation & Problem>('post', `/v1/groups/${group}/invites`, body);
const makeCode = async (by: Person, group: number, body: object = {}) => (await make(by, group, body)).body.code ?? '';
const listOf = async (by: Person, group: number, query = '') =>
  (await by.get<{ items: GroupInvitation[]; next: string | null }>(`/v1/groups/${group}/invites${query}`)).body;
const look = (code: string, address = '198.51.100.1') =>
  api.call<InvitationPreview & Problem>('get', `/v1/invites/${code}`, { headers: { 'x-forwarded-for': address } });
const join = (by: Person, code: string, body: object = {}) =>
  by.call<JoinResult & Problem>('post', `/v1/invites/${code}/join`, body);
const requestsOf = (by: Person, group: number, query = '') =>
  by.get<{ items: JoinRequest[]; next: string | null }>(`/v1/groups/${group}/requests${query}`);
const decide = (by: Person, group: number, user: Person, how: 'accept' | 'decline') =>
  by.call<Problem>(how === 'accept' ? 'put' : 'delete', `/v1/groups/${group}/requests/${user.id}`);

describe('invitation links of groups', () => {
  it('an invitation link lets a user join a group once and notifies the members', async () => {
    const { owner, admin, visitor, group } = await makeGroup();
    const { status, body } = await make(admin, group);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...{
        id: expect.any(Number),
        code: expect.stringMatching(/^[\w-]{22}$/),
        url: expect.stringMatching(/^\/join\/[\w-]{22}$/),
        by: admin.id,
        approval: false,
      },
      ...{ uses: null, used: 0, expires: expect.any(Number), created: expect.any(Number) },
    });
    for (let i = 0; i < 2; i += 1) {
      expect((await join(visitor, body.code ?? '')).body).toMatchObject({
        ...{ state: 'joined', group: { id: group, role: 'member', members: 3 } },
      });
    }
    expect(await readPermit(api.redis, visitor.id, group)).toBe('member');
    for (const person of [owner, admin, visitor])
      expect((await api.events(person)).at(-1)).toEqual({ kind: 'group', group, change: 'joined', user: visitor.id });
    expect((await listOf(owner, group)).items).toEqual([{ ...body, used: 1 }]);
  });

  it('an invitation link shows only name, avatar and size of the group, and requires no session', async () => {
    const { owner, group } = await makeGroup({ description: 'private', custom: { a: 1 } });
    const code = await makeCode(owner, group, { approval: true, expires: null });
    const preview = { name: `links ${owner.id}`, avatar: null, members: 2, approval: true, expires: null };
    expect((await look(code)).body).toEqual(preview);
    const { id } = await new Uploader(api.url, owner).send(await picture(400, 400), {
      name: 'a.png',
      type: 'image/png',
    });
    await owner.call('patch', `/v1/groups/${group}`, { avatar: `/v1/media/${id}` });
    const { avatar } = (await look(code)).body;
    const shown = await fetch(`${api.url}${avatar}`);
    expect(shown.headers.get('content-type')).toBe('image/webp');
    expect((await shown.arrayBuffer()).byteLength).toBeGreaterThan(0);
    expect((await fetch(`${api.url}/v1/media/${id}`)).status).toBe(401);
    // Sets a picture that another user sent only to the owner.
    const other = await api.person();
    const sent = await new Uploader(api.url, other).send(await picture(400, 400), { name: 'b.png', type: 'image/png' });
    await share(api, other, owner, sent.id);
    for (const not of [sent.id, 12345]) {
      await owner.call('patch', `/v1/groups/${group}`, { avatar: `/v1/media/${not}` });
      expect((await fetch(`${api.url}${avatar}`)).status).toBe(404);
    }
  });

  it('an invitation link ends when it is revoked, used up or expired, or when its group is dissolved', async () => {
    const { owner, visitor, group } = await makeGroup();
    const once = await makeCode(owner, group, { uses: 1 });
    const other = await api.person();
    const results = await Promise.all([join(visitor, once), join(other, once)]);
    expect(results.map(({ status }) => status).sort()).toEqual([200, 404]);
    const revoked = await make(owner, group);
    for (const name of [revoked.body.code, revoked.body.id])
      expect((await owner.call('delete', `/v1/groups/${group}/invites/${name}`)).status).toBe(204);
    const expired = await make(owner, group);
    await api.db.updateTable('group_invitations').set({ expires: 1 }).where('id', '=', expired.body.id).execute();
    const late = await api.person();
    for (const { body } of [revoked, expired]) expect((await join(late, body.code ?? '')).status).toBe(404);
    expect((await listOf(owner, group)).items).toEqual([]);
    const code = await makeCode(owner, group);
    await owner.call('delete', `/v1/groups/${group}`);
    expect((await look(code, '198.51.100.2')).status).toBe(404);
  });

  it('a user who opens a used-up invitation link again gets the same result as before', async () => {
    const { owner, visitor, group } = await makeGroup();
    const other = await api.person();
    const direct = await makeCode(owner, group, { uses: 1 });
    const decided = await makeCode(owner, group, { uses: 1, approval: true });
    for (let i = 0; i < 2; i += 1) {
      expect((await join(visitor, direct)).body).toMatchObject({ state: 'joined', group: { id: group } });
      expect((await join(other, decided)).body).toEqual({ state: 'requested' });
    }
    expect((await join(other, direct)).status).toBe(404);
  });

  it('the api creates an invitation link and lets a user join even if the requests have no body', async () => {
    const { owner, visitor, group } = await makeGroup();
    const { status, body } = await owner.call<GroupInvitation>('post', `/v1/groups/${group}/invites`);
    expect([status, body.approval, body.uses]).toEqual([201, false, null]);
    const empty = { headers: { 'content-type': 'application/json' }, token: visitor.session.accessToken };
    const joined = await api.call<JoinResult>('post', `/v1/invites/${body.code}/join`, empty);
    expect([joined.status, joined.body.state]).toEqual([200, 'joined']);
  });

  it('the owner and admins of a group create, list and revoke its invitation links', async () => {
    const { owner, admin, visitor, group } = await makeGroup();
    const { body } = await make(owner, group);
    const path = `/v1/groups/${group}/invites`;
    for (const call of ['get', 'post'] as const) {
      expect((await visitor.call(call, path, call === 'post' ? {} : undefined)).status).toBe(404);
    }
    await join(visitor, body.code ?? '');
    expect((await make(visitor, group)).status).toBe(403);
    expect((await visitor.get(path)).status).toBe(403);
    expect((await visitor.call('delete', `${path}/${body.id}`)).status).toBe(403);
    const { group: elsewhere, owner: other } = await makeGroup();
    await other.call('delete', `/v1/groups/${elsewhere}/invites/${body.id}`);
    expect((await listOf(admin, group)).items).toHaveLength(1);
    expect((await admin.call('delete', `${path}/${body.id}`)).status).toBe(204);
  });

  it('the api rejects an invitation link with invalid values', async () => {
    const { owner, group } = await makeGroup();
    const values = [{ uses: 0 }, { uses: 1.5 }, { expires: 1 }, { expires: 1e17 }, { approval: 1 }, { code: 'mine' }];
    for (const body of values) expect((await make(owner, group, body)).status).toBe(400);
  });

  it('the api limits the number of valid invitation links of a group', async () => {
    const { owner, group } = await makeGroup();
    const all = await Promise.all(['a', 'b', 'c', 'd'].map(() => make(owner, group)));
    expect(all.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409]);
    const page = await listOf(owner, group, '?limit=2');
    const rest = await listOf(owner, group, `?limit=2&after=${page.next}`);
    expect([...page.items, ...rest.items].map(({ id }) => id)).toEqual(
      all.flatMap(({ body }) => body.id ?? []).sort((a, b) => b - a),
    );
    await api.db.updateTable('group_invitations').set({ expires: 1 }).where('group_id', '=', group).execute();
    expect((await make(owner, group)).status).toBe(201);
  });

  it('the code of an invitation link is neither stored nor logged in plain text', async () => {
    const { owner, group } = await makeGroup();
    const code = await makeCode(owner, group);
    const rows = await api.db.selectFrom('group_invitations').selectAll().where('group_id', '=', group).execute();
    expect(JSON.stringify(rows)).not.toContain(code);
    const audited = api.logged.filter((line) => line.includes('group.invitation-created'));
    expect(audited.at(-1)).toContain(`"group":${group}`);
    expect(audited.join()).not.toContain(code);
  });

  it("an invitation link admits neither banned users nor members beyond the group's maximum", async () => {
    const { owner, visitor, group } = await makeGroup({ maxMembers: 3 });
    const code = await makeCode(owner, group, { uses: 1 });
    await owner.call('put', `/v1/groups/${group}/bans/${visitor.id}`);
    expect((await join(visitor, code)).status).toBe(403);
    const open = await makeCode(owner, group);
    const two = [await api.person(), await api.person()];
    const results = await Promise.all(two.map((person) => join(person, open)));
    expect(results.map(({ status, body }) => [status, body.code]).sort()).toEqual([
      [200, undefined],
      [409, 'group-full'],
    ]);
    expect((await listOf(owner, group)).items.map(({ used }) => used)).toEqual([1, 0]);
  });

  it('the api limits guesses at codes of invitation links per address and per user', async () => {
    const { owner, visitor, group } = await makeGroup();
    const code = await makeCode(owner, group);
    const wrong = (address: string) => look('A'.repeat(22), address).then(({ status }) => status);
    const statuses = [];
    for (let i = 0; i < 11; i += 1) statuses.push(await wrong('203.0.113.7'));
    expect(statuses).toEqual([...Array(10).fill(404), 429]);
    const refused = await look(code, '203.0.113.7');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    for (let i = 0; i < 12; i += 1) expect((await look(code, '203.0.113.8')).status).toBe(200);
    for (let i = 0; i < 10; i += 1) {
      const headers = { 'x-forwarded-for': `203.0.113.${100 + i}` };
      const { accessToken: token } = visitor.session;
      await api.call('post', `/v1/invites/wrong-${i}/join`, { token, body: {}, headers });
    }
    expect((await join(visitor, code)).status).toBe(429);
  });

  it('the server API creates, lists and revokes invitation links', async () => {
    const { owner, visitor, group } = await makeGroup();
    const path = `/groups/~${group}/invites`;
    const { status, body } = await product.call<GroupInvitation>('post', path, { uses: 2 });
    expect(status).toBe(201);
    expect((await listOf(owner, group)).items).toEqual([body]);
    expect((await product.call<{ items: object[] }>('get', path)).body.items).toEqual([body]);
    expect(body).toMatchObject({ by: null, uses: 2 });
    expect((await product.call('delete', `${path}/${body.id}`)).status).toBe(204);
    expect((await join(visitor, body.code ?? '')).status).toBe(404);
    expect((await product.call('post', '/groups/none/invites', {})).status).toBe(404);
  });
});

describe('join requests', () => {
  it('an invitation link that requires approval sends a join request, which an admin can accept', async () => {
    const { owner, admin, visitor, group } = await makeGroup();
    const code = await makeCode(owner, group, { approval: true, uses: 2 });
    for (const message of ['Hi', 'again'])
      expect((await join(visitor, code, { message })).body).toEqual({ state: 'requested' });
    expect((await listOf(owner, group)).items.map(({ used }) => used)).toEqual([1]);
    expect(await readPermit(api.redis, visitor.id, group)).toBe('not-member');
    const requested = { kind: 'group', group, change: 'requested', user: visitor.id };
    for (const person of [owner, admin]) {
      const events = (await api.events(person)).filter((event) => event.kind === 'group');
      expect(events.filter(({ change }) => change === 'requested')).toEqual([requested]);
    }
    const { user } = visitor.session;
    expect((await requestsOf(admin, group)).body.items).toEqual([{ user, message: 'Hi', date: expect.any(Number) }]);
    expect((await requestsOf(visitor, group)).status).toBe(404);
    expect((await decide(visitor, group, visitor, 'accept')).status).toBe(404);
    for (let i = 0; i < 2; i += 1)
      expect(await decide(admin, group, visitor, 'accept')).toMatchObject({ status: 200, body: { user } });
    expect(await readPermit(api.redis, visitor.id, group)).toBe('member');
    expect((await requestsOf(visitor, group)).status).toBe(403);
    expect((await requestsOf(owner, group)).body.items).toEqual([]);
  });

  it('a user whose join request was declined can send another one only after the cooldown period', async () => {
    const { owner, admin, visitor, group } = await makeGroup();
    const code = await makeCode(owner, group, { approval: true });
    await join(visitor, code);
    for (let i = 0; i < 2; i += 1) expect((await decide(admin, group, visitor, 'decline')).status).toBe(204);
    for (const person of [owner, visitor])
      expect((await api.events(person)).at(-1)).toEqual({ kind: 'group', group, change: 'declined', user: visitor.id });
    const refused = await join(visitor, code);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(6 * 86_400);
    expect((await decide(owner, group, visitor, 'accept')).status).toBe(404);
    await api.db.updateTable('join_requests').set({ decided: 1 }).where('user_id', '=', visitor.id).execute();
    expect((await join(visitor, code)).body).toEqual({ state: 'requested' });
    expect((await decide(owner, group, admin, 'decline')).status).toBe(404);
  });

  it('a join request ends when the user is added or banned, or deletes the account', async () => {
    const { owner, visitor, group } = await makeGroup();
    const code = await makeCode(owner, group, { approval: true });
    const [banned, erased] = [await api.person(), await api.person()];
    await owner.befriend(visitor);
    for (const [person, settle] of [
      [visitor, () => owner.call('put', `/v1/groups/${group}/members/${visitor.id}`)],
      [banned, () => owner.call('put', `/v1/groups/${group}/bans/${banned.id}`)],
      [erased, () => erased.call('delete', '/v1/me', { password })],
    ] as const) {
      await join(person, code);
      expect((await requestsOf(owner, group)).body.items).toHaveLength(1);
      await settle();
      expect((await requestsOf(owner, group)).body.items).toEqual([]);
    }
  });

  it('pending join requests of a group are limited in number and listed in pages', async () => {
    const { owner, visitor, group } = await makeGroup({ maxMembers: 3 });
    const code = await makeCode(owner, group, { approval: true });
    const [second, third] = [await api.person(), await api.person()];
    for (const person of [visitor, second]) expect((await join(person, code)).status).toBe(200);
    expect((await join(third, code)).status).toBe(409);
    expect((await listOf(owner, group)).items[0]?.used).toBe(2);
    const { body: page } = await requestsOf(owner, group, '?limit=1');
    expect(page.items.map(({ user }) => user.id)).toEqual([visitor.id]);
    const { body: rest } = await requestsOf(owner, group, `?limit=1&after=${page.next}`);
    expect(rest).toMatchObject({ items: [{ user: { id: second.id } }], next: null });
    expect((await decide(owner, group, second, 'accept')).status).toBe(200);
    expect(await decide(owner, group, visitor, 'accept')).toMatchObject({ status: 409, body: { code: 'group-full' } });
  });
});
