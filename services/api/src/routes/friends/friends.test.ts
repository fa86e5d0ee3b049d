import type { Friend, FriendGroup, Problem } from '@parley/protocol';
import { connect, heartbeat, readPermit } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api[Symbol.asyncDispose]());

const friendsOf = async (person: Person) => (await person.get<{ items: Friend[] }>('/v1/friends')).body.items;
const addGroup = async (person: Person, body: { name: string; position?: number }) =>
  (await person.call<FriendGroup & Problem>('post', '/v1/friend-groups', body)).body;

describe('friends', () => {
  it('both users list a new friend, who is offline without a connection', async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    const unsorted = { remark: '', friendGroup: null, online: false, lastSeen: null, since: expect.any(Number) };
    expect(await friendsOf(ann)).toEqual([{ user: ben.session.user, ...unsorted }]);
    expect(await friendsOf(ben)).toEqual([{ user: ann.session.user, ...unsorted }]);
  });

  it('the list of friends shows who is online', async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    await heartbeat(api.redis, 'gateway-1');
    await connect(api.redis, { user: ben.id, gateway: 'gateway-1', count: () => 1, most: 1, live: ['gateway-1'] });
    expect((await friendsOf(ann))[0]).toMatchObject({ online: true, lastSeen: null });
  });

  it('the list of friends is ordered by friend group and has friends without a group at the end', async () => {
    const [ann] = await api.people();
    const second = await addGroup(ann, { name: 'second', position: 2 });
    const first = await addGroup(ann, { name: 'first', position: 1 });
    const others: Person[] = [];
    for (const group of [null, second, first, second, null]) {
      const other = await api.person();
      others.push(other);
      await ann.befriend(other);
      if (group) await ann.call('patch', `/v1/friends/${other.id}`, { friendGroup: group.id });
    }
    const seen: number[] = [];
    let after = '';
    do {
      const { body } = await ann.get<{ items: Friend[]; next: string | null }>(`/v1/friends?limit=2${after}`);
      seen.push(...body.items.map((it) => it.user.id));
      after = body.next === null ? '' : `&after=${body.next}`;
    } while (after !== '');
    expect(seen).toEqual([2, 1, 3, 0, 4].map((i) => others[i]?.id));
  });

  it('the remark (own name for a friend) and the friend group are visible only to the user who set them', async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    const group = await addGroup(ann, { name: 'work' });
    const { status, body } = await ann.call<Friend>('patch', `/v1/friends/${ben.id}`, {
      remark: 'Benny',
      friendGroup: group.id,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ user: { id: ben.id }, remark: 'Benny', friendGroup: group.id });
    expect((await ann.call<Friend>('patch', `/v1/friends/${ben.id}`, { friendGroup: null })).body).toMatchObject({
      remark: 'Benny',
      friendGroup: null,
    });
    expect((await friendsOf(ben))[0]).toMatchObject({ remark: '' });
    expect((await api.events(ann)).at(-1)).toEqual({ kind: 'friend', user: ben.id, change: 'updated' });
    expect((await api.events(ben)).at(-1)).toEqual({ kind: 'friend', user: ann.id, change: 'accepted' });
  });

  it('a friend cannot be put into a friend group of another user', async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    const foreign = await addGroup(ben, { name: 'foreign' });
    const { status, body } = await ann.call<Problem>('patch', `/v1/friends/${ben.id}`, { friendGroup: foreign.id });
    expect(status).toBe(404);
    expect(body.errors?.[0]?.path).toBe('friendGroup');
  });

  it('changing or removing a user who is not a friend responds 404', async () => {
    const [ann, ben] = await api.people();
    expect((await ann.call('patch', `/v1/friends/${ben.id}`, { remark: 'x' })).status).toBe(404);
    expect((await ann.call('delete', `/v1/friends/${ben.id}`)).status).toBe(404);
  });

  it('after a friend is removed, gateways treat the two users as strangers', async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    expect((await ben.call('delete', `/v1/friends/${ann.id}`)).status).toBe(204);
    expect([await friendsOf(ann), await friendsOf(ben)]).toEqual([[], []]);
    expect(await readPermit(api.redis, ann.id, ben.id)).toBe('stranger');
    expect(await readPermit(api.redis, ben.id, ann.id)).toBe('stranger');
    expect((await api.events(ann)).at(-1)).toEqual({ kind: 'friend', user: ben.id, change: 'removed' });
  });
});

describe('friend groups', () => {
  it('friend groups can be listed by position, changed and removed', async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    const work = await addGroup(ann, { name: 'work', position: 5 });
    const home = await addGroup(ann, { name: 'home', position: 1 });
    const list = async () => (await ann.get<{ items: FriendGroup[] }>('/v1/friend-groups')).body.items;
    expect(await list()).toEqual([home, work]);
    const moved = await ann.call<FriendGroup>('patch', `/v1/friend-groups/${work.id}`, { position: 0, name: 'Office' });
    expect(moved).toMatchObject({ status: 200, body: { id: work.id, name: 'Office', position: 0 } });
    expect((await list()).map((it) => it.name)).toEqual(['Office', 'home']);
    await ann.call('patch', `/v1/friends/${ben.id}`, { friendGroup: work.id });
    expect((await ann.call('delete', `/v1/friend-groups/${work.id}`)).status).toBe(204);
    expect(await list()).toEqual([home]);
    expect((await friendsOf(ann))[0]).toMatchObject({ user: { id: ben.id }, friendGroup: null });
  });

  it('names of friend groups are unique, ignoring case and the width of letters', async () => {
    const [ann, ben] = await api.people();
    const work = await addGroup(ann, { name: 'Work' });
    const home = await addGroup(ann, { name: 'home' });
    expect(await addGroup(ann, { name: 'ｗｏｒｋ' })).toMatchObject({ code: 'conflict', errors: [{ path: 'name' }] });
    const renamed = await ann.call<Problem>('patch', `/v1/friend-groups/${home.id}`, { name: 'WORK' });
    expect(renamed).toMatchObject({ status: 409, body: { errors: [{ path: 'name' }] } });
    expect((await ann.call('patch', `/v1/friend-groups/${work.id}`, { name: 'WORK' })).status).toBe(200);
    expect(await addGroup(ben, { name: 'Work' })).toMatchObject({ name: 'Work' });
  });

  it("the api responds 404 to changes of another user's friend groups", async () => {
    const [ann, ben] = await api.people();
    const { id } = await addGroup(ben, { name: 'mine' });
    expect((await ann.call('patch', `/v1/friend-groups/${id}`, { name: 'yours' })).status).toBe(404);
    expect((await ann.call('delete', `/v1/friend-groups/${id}`)).status).toBe(404);
  });

  it('the api limits the number of friend groups even for concurrent requests', async () => {
    await using small = await TestApi.start({ MAX_FRIEND_GROUPS: '2' });
    const ann = await small.person();
    const add = (name: string) => ann.call<Problem>('post', '/v1/friend-groups', { name });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map(add));
    expect(answers.map((it) => it.status).sort()).toEqual([201, 201, 409, 409]);
  });

  it('the api lists friend groups in pages', async () => {
    const ann = await api.person();
    for (const name of ['a', 'b', 'c']) await addGroup(ann, { name });
    const page = await ann.get<{ items: FriendGroup[]; next: string }>('/v1/friend-groups?limit=2');
    expect(page.body.items.map((it) => it.name)).toEqual(['a', 'b']);
    const rest = await ann.get<{ items: FriendGroup[] }>(`/v1/friend-groups?limit=2&after=${page.body.next}`);
    expect(rest.body).toMatchObject({ items: [{ name: 'c' }], next: null });
  });

  it.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'x', position: -1 }, 'position'],
    [{ name: 'x', color: 'red' }, 'color'],
  ])('the api rejects the friend group %j', async (body, path) => {
    const answer = await (await api.person()).call<Problem>('post', '/v1/friend-groups', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.[0]?.path).toBe(path);
  });
});
