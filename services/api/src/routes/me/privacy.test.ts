import type { Friend, Group, Problem, User } from '@parley/protocol';
import { readRelation } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start({ MAX_GROUPS: '4', MAX_GROUPS_OF_ONE_OWNER: '2' });
});
afterAll(() => api[Symbol.asyncDispose]());

let count = 0;

const createGroup = (owner: Person, ...members: Person[]) =>
  owner.call<Group & Problem>('post', '/v1/groups', {
    name: `group ${++count}`,
    members: members.map(({ id }) => id),
  });

describe('who may add a user to groups', () => {
  it('each user chooses who can add them to groups', async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    expect((await createGroup(ann, ben)).status).toBe(201);
    await ben.call('patch', '/v1/me', { privacy: { addToGroups: 'nobody' } });
    expect((await createGroup(ann, ben)).body.code).toBe('forbidden');
    const { body: group } = await createGroup(ann);
    expect((await ann.call('put', `/v1/groups/${group.id}/members/${ben.id}`)).status).toBe(403);
    await ben.call('patch', '/v1/me', { privacy: { addToGroups: 'friends' } });
    expect((await ann.call('put', `/v1/groups/${group.id}/members/${ben.id}`)).status).toBe(200);
    expect((await ben.get('/v1/me/account')).body).toMatchObject({ privacy: { addToGroups: 'friends', find: true } });
  });

  it('one owner can add a user to a limited number of groups; these do not reduce the number of groups that the user can create', async () => {
    const [ann, ben, carl] = await api.people();
    for (const friend of [ben, carl]) await ann.befriend(friend);
    expect((await createGroup(ben, ann)).status).toBe(201);
    expect((await createGroup(ben, ann)).status).toBe(201);
    // The configured limit is two groups of one owner.
    expect((await createGroup(ben, ann)).body.code).toBe('conflict');
    expect((await createGroup(carl, ann)).status).toBe(201);
    for (let i = 0; i < 4; i += 1) expect((await createGroup(ann)).status).toBe(201);
    expect((await createGroup(ann)).body.code).toBe('conflict');
  });
});

it('a search never returns a user who opted out of search', async () => {
  const [ann, ben] = await api.people();
  const find = async () => {
    const { body } = await ben.get<{ items: User[] }>(`/v1/users?q=${ann.session.user.username}`);
    return body.items.map(({ id }) => id);
  };
  expect(await find()).toContain(ann.id);
  await ann.call('patch', '/v1/me', { privacy: { find: false } });
  expect(await find()).not.toContain(ann.id);
  await ann.call('patch', '/v1/me', { privacy: { find: true } });
  expect(await find()).toContain(ann.id);
});

it('a user who hides their presence appears offline in lists of friends and on gateways', async () => {
  const [ann, ben] = await api.people();
  await ann.befriend(ben);
  const { redis } = api;
  await redis.client.set(redis.keys.seen(ann.id), 5);
  const seen = async () => (await ben.get<{ items: Friend[] }>('/v1/friends')).body.items[0]?.lastSeen;
  expect(await seen()).toBe(5);
  await ann.call('patch', '/v1/me', { privacy: { lastSeen: 'friends' } });
  expect(await seen()).toBe(5);
  expect(await readRelation(redis, ben.id, ann.id)).toEqual({ standing: 'friend' });
  await ann.call('patch', '/v1/me', { privacy: { lastSeen: 'nobody' } });
  expect(await seen()).toBeNull();
  expect(await readRelation(redis, ben.id, ann.id)).toEqual({ standing: 'friend', hidesPresence: true });
});

it('a change of privacy settings sends no event to friends', async () => {
  const [ann, ben] = await api.people();
  await ann.befriend(ben);
  const before = await api.events(ben);
  await ann.call('patch', '/v1/me', { privacy: { find: false } });
  expect(await api.events(ben)).toEqual(before);
});
