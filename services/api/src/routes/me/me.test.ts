import type { Problem, User } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApi } from '../../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start({ AVATAR_HOSTS: 'images.example' });
});
afterAll(() => api[Symbol.asyncDispose]());

describe('changing yourself', () => {
  it('a profile change sets only the given fields', async () => {
    const ann = await api.person();
    const avatar = 'https://images.example/ann.png';
    expect((await ann.call<User>('patch', '/v1/me', { avatar, sign: 'hello' })).body).toMatchObject({
      avatar,
      sign: 'hello',
    });
    const changed = await ann.call<User>('patch', '/v1/me', { name: '安' });
    expect(changed.status).toBe(200);
    expect(changed.body).toEqual({ ...ann.session.user, name: '安', avatar, sign: 'hello' });
    expect((await ann.call<User>('patch', '/v1/me', { avatar: null, sign: '' })).body).toMatchObject({
      avatar: null,
      sign: '',
    });
    expect((await ann.get<User>('/v1/me')).body).toEqual({ ...ann.session.user, name: '安' });
  });

  it("a profile change notifies only friends and the user's own devices", async () => {
    const [ann, ben, carl] = await api.people();
    await ann.befriend(ben);
    await ann.call('patch', '/v1/me', { sign: 'new' });
    const profile = { kind: 'profile', user: ann.id };
    expect((await api.events(ben)).at(-1)).toEqual(profile);
    expect((await api.events(ann)).at(-1)).toEqual(profile);
    expect(await api.events(carl)).toEqual([]);
  });

  it.each([
    ['nothing', {}, ''],
    ['an unknown field', { name: 'Ann', username: 'other' }, 'username'],
    ['a script for an avatar', { avatar: 'javascript:alert(1)' }, 'avatar'],
    ['an avatar with markup', { avatar: 'https://a/"><script>' }, 'avatar'],
    ['a name that is none', { name: null }, 'name'],
    ['a long sign', { sign: 'x'.repeat(201) }, 'sign'],
  ])('the api rejects a profile with %s', async (_, body, path) => {
    const { status, body: problem } = await (await api.person()).call<Problem>('patch', '/v1/me', body);
    expect(status).toBe(400);
    expect(problem.errors?.map((it) => it.path)).toEqual([path]);
  });
});
