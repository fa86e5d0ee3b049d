import type { FriendGroup, Group } from '@parley/protocol';
import { connect, heartbeat, readProfile } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;
let ann: Person;
let ben: Person;
let cat: Person;
beforeAll(async () => {
  api = await TestApi.start({ AVATAR_HOSTS: 'example.com' });
  [ann, ben, cat] = await api.people();
  await ann.befriend(ben);
  await ann.befriend(cat);
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
});

const person = ({ id, session }: Person, username = session.user.username) => ({ id, username, avatar: '', sign: '' });

describe('GET /layim/init', () => {
  it("LayIM's first response contains the user, the friends by friend group with presence, and the groups", async () => {
    const avatar = 'https://example.com/ben.png';
    await ben.call('patch', '/v1/me', { name: 'Ben', avatar, sign: 'hi' });
    const { body: work } = await ann.call<FriendGroup>('post', '/v1/friend-groups', { name: 'Work' });
    const { body: empty } = await ann.call<FriendGroup>('post', '/v1/friend-groups', { name: 'Empty' });
    await ann.call('patch', `/v1/friends/${ben.id}`, { friendGroup: work.id });
    await ann.call('patch', `/v1/friends/${cat.id}`, { remark: 'Catherine' });
    const { body: group } = await ann.call<Group>('post', '/v1/groups', { name: 'layim group', members: [ben.id] });
    await heartbeat(api.redis, 'gateway');
    await connect(api.redis, { user: ben.id, gateway: 'gateway', count: () => 1, most: 9, live: ['gateway'] });

    const { status, body } = await ann.get('/layim/init');
    expect(status).toBe(200);
    expect(body).toEqual({
      code: 0,
      msg: '',
      data: {
        mine: { ...person(ann), status: 'online' },
        friend: [
          {
            groupname: 'Work',
            id: work.id,
            online: 1,
            list: [{ username: 'Ben', id: ben.id, avatar, sign: 'hi', status: 'online' }],
          },
          { groupname: 'Empty', id: empty.id, online: 0, list: [] },
          {
            groupname: '我的好友',
            id: 0,
            online: 0,
            list: [{ ...person(cat, 'Catherine'), status: 'offline' }],
          },
        ],
        group: [{ groupname: 'layim group', id: group.id, avatar: '' }],
      },
    });
  });

  it("LayIM's first response is valid for a user without friends", async () => {
    const dan = await api.person();
    const { body } = await dan.get<{ data: unknown }>('/layim/init');
    expect(body.data).toEqual({
      mine: { ...person(dan), status: 'online' },
      friend: [{ groupname: '我的好友', id: 0, online: 0, list: [] }],
      group: [],
    });
  });
});

describe('the members of a group', () => {
  it('LayIM receives the members of a group with their aliases and the owner first', async () => {
    const { body: group } = await ann.call<Group>('post', '/v1/groups', { name: 'members', members: [ben.id, cat.id] });
    await cat.call('patch', `/v1/groups/${group.id}/members/${cat.id}`, { alias: 'Kitty' });
    // LayIM appends the group's id and more to the configured URL.
    const { body } = await ben.get<{ data: { list: object[] } }>(`/layim/members?id=${group.id}&type=group`);
    expect(body).toMatchObject({ code: 0, msg: '', data: { owner: person(ann), members: 3 } });
    expect(body.data.list).toMatchObject([{ id: ann.id }, { id: ben.id, username: 'Ben' }, person(cat, 'Kitty')]);
  });

  it.each(['/layim/members?id=999999', '/layim/members?id=x', '/layim/members'])(
    'LayIM gets a message that it shows for members of other groups (%s)',
    async (path) => {
      const { status, headers, body } = await ann.get<{ code: number; msg: string }>(path);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      expect(body).toEqual({
        code: path.includes('999') ? 404 : 400,
        msg: expect.stringMatching(/./),
        data: {},
      });
    },
  );
});

describe('authentication of LayIM', () => {
  it('LayIM can send the token in the URL, because it sends no headers', async () => {
    const { body } = await api.call<Init>('get', `/layim/init?token=${ann.session.accessToken}`);
    expect(body).toMatchObject({ code: 0, data: { mine: { id: ann.id } } });
    const both = await api.call<Init>('get', `/layim/init?token=${ben.session.accessToken}`, {
      token: ann.session.accessToken,
    });
    expect(both.body.data.mine.id).toBe(ann.id);
    expect(both.headers.get('cache-control')).toBe('no-store');
  });

  it.each(['', '?token=', '?token=garbage'])("LayIM's token in %s is rejected with a message", async (query) => {
    const { status, body } = await api.call('get', `/layim/init${query}`);
    expect([status, body]).toEqual([200, { code: 401, msg: expect.stringMatching(/token/), data: {} }]);
  });

  it("LayIM's requests are rejected with a message after the session has ended", async () => {
    const eve = await api.person();
    await eve.call('delete', '/v1/sessions/current');
    expect((await eve.get('/layim/init')).body).toMatchObject({ code: 401 });
  });
});

describe('profiles in Redis', () => {
  it("Redis contains a user's profile after registration, after each change and after the next sign-in", async () => {
    const eve = await api.person();
    const { username } = eve.session.user;
    expect(await readProfile(api.redis, eve.id)).toEqual({ name: username, avatar: null });
    await eve.call('patch', '/v1/me', { name: 'Eve', avatar: 'https://example.com/eve.png' });
    const changed = { name: 'Eve', avatar: 'https://example.com/eve.png' };
    expect(await readProfile(api.redis, eve.id)).toEqual(changed);
    await api.redis.client.del(api.redis.keys.profile(eve.id));
    await api.call('post', '/v1/sessions', { body: { username, password: 'correct horse' } });
    expect(await readProfile(api.redis, eve.id)).toEqual(changed);
  });
});

interface Init {
  code: number;
  data: { mine: { id: number } };
}
