import type { Ban, Group, Problem } from '@parley/protocol';
import { readPermit } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startServerApi } from '../../../test/server-api.ts';
import { type Person, password, type TestApi } from '../../../test/test-api.ts';

let product: Product;
let api: TestApi;

beforeAll(async () => {
  product = await startServerApi();
  api = product.api;
});
afterAll(() => product[Symbol.asyncDispose]());

/** Creates a group with an owner, an admin and a member, who are all friends. */
async function makeGroup() {
  const [owner, admin, member] = await api.people();
  await owner.befriend(admin);
  await owner.befriend(member);
  await admin.befriend(member);
  const body = { name: `bans ${owner.id}`, members: [admin.id, member.id] };
  const group = (await owner.call<Group>('post', '/v1/groups', body)).body.id;
  await owner.call('patch', `/v1/groups/${group}/members/${admin.id}`, { role: 'admin' });
  return { owner, admin, member, group };
}
const ban = (by: Person, group: number, user: number) =>
  by.call<Ban & Problem>('put', `/v1/groups/${group}/bans/${user}`);
const lift = (by: Person, group: number, user: number) => by.call('delete', `/v1/groups/${group}/bans/${user}`);
const add = (by: Person, group: number, user: number) => by.call<Problem>('put', `/v1/groups/${group}/members/${user}`);
const bansOf = async (by: Person, group: number, query = '') =>
  (await by.get<{ items: Ban[]; next: string | null }>(`/v1/groups/${group}/bans${query}`)).body;

describe('a ban', () => {
  it('a ban removes the member from the group at once and notifies all members', async () => {
    const { owner, admin, member, group } = await makeGroup();
    const { status, body } = await ban(admin, group, member.id);
    expect(status).toBe(200);
    expect(body).toEqual({ user: member.session.user, by: admin.id, date: expect.any(Number) });
    expect(await readPermit(api.redis, member.id, group)).toBe('not-member');
    for (const person of [owner, admin, member]) {
      expect((await api.events(person)).at(-1)).toEqual({ kind: 'group', group, change: 'removed', user: member.id });
    }
    expect((await bansOf(owner, group)).items).toEqual([body]);
  });

  it('a banned user cannot be added to the group until the ban is lifted', async () => {
    const { owner, admin, member, group } = await makeGroup();
    await ban(admin, group, member.id);
    for (const by of [owner, admin]) {
      expect(await add(by, group, member.id)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    for (let i = 0; i < 2; i += 1) expect((await lift(owner, group, member.id)).status).toBe(204);
    expect((await add(admin, group, member.id)).status).toBe(200);
    expect(await readPermit(api.redis, member.id, group)).toBe('member');
  });

  it('a user who is not a member can be banned from a group, which sends no event', async () => {
    const { owner, group } = await makeGroup();
    const carl = await api.person();
    await owner.befriend(carl);
    const before = (await api.events(owner)).length;
    expect((await ban(owner, group, carl.id)).status).toBe(200);
    expect(await api.events(owner)).toHaveLength(before);
    expect((await add(owner, group, carl.id)).status).toBe(403);
  });

  it('banning a user twice from a group returns the first ban', async () => {
    const { owner, admin, member, group } = await makeGroup();
    const first = await ban(admin, group, member.id);
    expect(await ban(owner, group, member.id)).toMatchObject({ status: 200, body: first.body });
  });

  it('the owner and admins can ban members, but admins cannot ban the owner', async () => {
    const { owner, admin, member, group } = await makeGroup();
    const carl = await api.person();
    expect((await ban(member, group, admin.id)).status).toBe(403);
    expect((await ban(carl, group, member.id)).status).toBe(404);
    expect((await lift(member, group, carl.id)).status).toBe(403);
    expect((await member.get(`/v1/groups/${group}/bans`)).status).toBe(403);
    expect((await ban(admin, group, owner.id)).status).toBe(403);
    expect((await ban(admin, group, admin.id)).status).toBe(409);
    expect((await ban(owner, group, owner.id)).status).toBe(409);
    expect((await ban(owner, group, 7)).status).toBe(404);
    expect((await ban(owner, group, admin.id)).status).toBe(200);
  });

  it('a ban is lifted when the server API adds the user to the group', async () => {
    const { owner, member, group } = await makeGroup();
    await ban(owner, group, member.id);
    expect((await product.call('put', `/groups/~${group}/members/~${member.id}`, {})).status).toBe(200);
    expect((await bansOf(owner, group)).items).toEqual([]);
    expect(await readPermit(api.redis, member.id, group)).toBe('member');
  });

  it('a user who is added and banned concurrently ends up banned', async () => {
    const { owner, admin, group } = await makeGroup();
    const carl = await api.person();
    await admin.befriend(carl);
    await Promise.all([add(admin, group, carl.id), ban(owner, group, carl.id)]);
    expect(await readPermit(api.redis, carl.id, group)).toBe('not-member');
    expect((await bansOf(owner, group)).items).toHaveLength(1);
  });

  it('the bans of a group are listed in pages and limited in number', async () => {
    await using small = await startServerApi({ MAX_BLOCKS: '2' });
    const [ann, ben, carl] = await small.api.people();
    const dora = await small.api.person();
    const { body } = await ann.call<Group>('post', '/v1/groups', { name: 'limited' });
    for (const user of [carl, ben]) expect((await ban(ann, body.id, user.id)).status).toBe(200);
    expect((await ban(ann, body.id, dora.id)).status).toBe(409);
    expect((await ban(ann, body.id, ben.id)).status).toBe(200);
    const page = await bansOf(ann, body.id, '?limit=1');
    expect(page.items.map(({ user }) => user.id)).toEqual([ben.id]);
    const rest = await bansOf(ann, body.id, `?limit=1&after=${page.next}`);
    expect(rest).toMatchObject({ items: [{ user: { id: carl.id } }], next: null });
  });

  it('a ban is deleted with its group and with the account of the banned user', async () => {
    const { owner, member, group } = await makeGroup();
    const carl = await api.person();
    for (const user of [member, carl]) await ban(owner, group, user.id);
    const rows = async () =>
      (await api.db.selectFrom('group_bans').select('user_id').where('group_id', '=', group).execute()).length;
    await carl.call('delete', '/v1/me', { password });
    expect(await rows()).toBe(1);
    await owner.call('delete', `/v1/groups/${group}`);
    expect(await rows()).toBe(0);
  });
});
