import type { FriendRequest, Problem } from '@parley/protocol';
import { readPermit } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api[Symbol.asyncDispose]());

const ask = (from: Person, to: { id: number }, message?: string) =>
  from.call<FriendRequest & Problem>('post', '/v1/friend-requests', { to: to.id, ...(message && { message }) });
const decide = (person: Person, { id }: { id: number }, what: 'accept' | 'decline') =>
  person.call<FriendRequest & Problem>('post', `/v1/friend-requests/${id}/${what}`);
const standings = (a: Person, b: Person) =>
  Promise.all([readPermit(api.redis, a.id, b.id), readPermit(api.redis, b.id, a.id)]);

describe('asking to become friends', () => {
  it('a friend request is listed for both users, and the recipient is notified', async () => {
    const [ann, ben] = await api.people();
    const { status, body } = await ask(ann, ben, 'we met at the fair');
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(Number),
      from: ann.session.user,
      to: ben.session.user,
      message: 'we met at the fair',
      state: 'pending',
      date: expect.any(Number),
    });
    for (const person of [ann, ben]) {
      expect((await person.get<{ items: FriendRequest[] }>('/v1/friend-requests')).body.items).toEqual([body]);
    }
    expect(await api.events(ben)).toEqual([{ kind: 'friend', user: ann.id, change: 'requested' }]);
    expect(await api.events(ann)).toEqual([{ kind: 'friend', user: ben.id, change: 'updated' }]);
    expect(await standings(ann, ben)).toEqual(['stranger', 'stranger']);
  });

  it('a repeated friend request returns the pending request and notifies nobody again', async () => {
    const [ann, ben] = await api.people();
    const first = await ask(ann, ben);
    const second = await ask(ann, ben, 'please');
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(await api.events(ben)).toHaveLength(1);
  });

  it('the api rejects a friend request to oneself, to an unknown user or to a friend', async () => {
    const [ann, ben] = await api.people();
    const self = await ask(ann, ann);
    expect(self).toMatchObject({ status: 409, body: { errors: [{ path: 'to' }] } });
    expect((await ask(ann, { id: 5 })).status).toBe(404);
    await ann.befriend(ben);
    expect(await ask(ann, ben)).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('the api rejects a friend request if either user blocks the other', async () => {
    const [ann, ben] = await api.people();
    await ben.call('put', `/v1/blocks/${ann.id}`);
    expect(await ask(ann, ben)).toMatchObject({ status: 403, body: { code: 'blocked' } });
    expect(await ask(ben, ann)).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it.each([
    ['no one', {}, 'to'],
    ['a text for an id', { to: '5' }, 'to'],
    ['a fraction for an id', { to: 1.5 }, 'to'],
    ['an id beyond safe integers', { to: 2 ** 53 }, 'to'],
    ['a long message', { to: 1, message: 'x'.repeat(201) }, 'message'],
    ['an unknown field', { to: 1, text: 'hi' }, 'text'],
  ])('the api rejects a friend request with %s', async (_, body, path) => {
    const answer = await (await api.person()).call<Problem>('post', '/v1/friend-requests', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((it) => it.path)).toEqual([path]);
  });

  it('the api limits friend requests per minute', async () => {
    await using strict = await TestApi.start({ FRIEND_REQUESTS_PER_MINUTE: '1' });
    const [ann, ben, carl] = await strict.people();
    expect((await ask(ann, ben)).status).toBe(201);
    expect((await ask(ann, carl)).status).toBe(429);
    expect((await ask(ben, carl)).status).toBe(201);
  });
});

describe('accepting', () => {
  it('accepting a friend request makes both users friends on every gateway before the api responds', async () => {
    const [ann, ben] = await api.people();
    const { body: request } = await ask(ann, ben);
    const { status, body } = await decide(ben, request, 'accept');
    expect(status).toBe(200);
    expect(body).toEqual({ ...request, state: 'accepted' });
    expect(await standings(ann, ben)).toEqual(['friend', 'friend']);
    expect((await api.events(ann)).at(-1)).toEqual({ kind: 'friend', user: ben.id, change: 'accepted' });
    expect((await api.events(ben)).at(-1)).toEqual({ kind: 'friend', user: ann.id, change: 'accepted' });
  });

  it('accepting a friend request twice has no further effect', async () => {
    const [ann, ben] = await api.people();
    const { body: request } = await ask(ann, ben);
    await decide(ben, request, 'accept');
    const count = (await api.events(ann)).length;
    expect((await decide(ben, request, 'accept')).status).toBe(200);
    expect(await api.events(ann)).toHaveLength(count);
    expect((await decide(ben, request, 'decline')).status).toBe(409);
  });

  it('only the recipient can accept a friend request', async () => {
    const [ann, ben, carl] = await api.people();
    const { body: request } = await ask(ann, ben);
    for (const person of [ann, carl]) {
      expect((await decide(person, request, 'accept')).status).toBe(404);
      expect((await decide(person, request, 'decline')).status).toBe(404);
    }
    expect(await standings(ann, ben)).toEqual(['stranger', 'stranger']);
  });

  it('concurrent acceptances of a friend request create one friendship', async () => {
    const [ann, ben] = await api.people();
    const { body: request } = await ask(ann, ben);
    const answers = await Promise.all(Array.from({ length: 6 }, () => decide(ben, request, 'accept')));
    expect(answers.map((it) => it.status)).toEqual(Array(6).fill(200));
    expect((await api.events(ann)).filter((it) => it.kind === 'friend' && it.change === 'accepted')).toHaveLength(1);
    expect(await standings(ann, ben)).toEqual(['friend', 'friend']);
  });

  it('the second of two opposite friend requests accepts the first one', async () => {
    const [ann, ben] = await api.people();
    const { body: first } = await ask(ann, ben);
    const { status, body } = await ask(ben, ann);
    expect(status).toBe(201);
    expect(body).toEqual({ ...first, state: 'accepted' });
    expect(await standings(ann, ben)).toEqual(['friend', 'friend']);
  });

  it('two opposite friend requests at the same moment create one friendship', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [ann, ben] = await api.people();
      const answers = await Promise.all([ask(ann, ben), ask(ben, ann)]);
      expect(answers.map((it) => it.status)).toEqual([201, 201]);
      expect(answers.map((it) => it.body.state).sort()).toEqual(['accepted', 'pending']);
      expect(await standings(ann, ben)).toEqual(['friend', 'friend']);
      const { body } = await ann.get<{ items: FriendRequest[] }>('/v1/friend-requests?state=pending');
      expect(body.items).toEqual([]);
    }
  });

  it('a user who blocks the sender of a friend request cannot accept the request', async () => {
    const [ann, ben] = await api.people();
    const { body: request } = await ask(ann, ben);
    await ann.call('put', `/v1/blocks/${ben.id}`);
    expect(await decide(ben, request, 'accept')).toMatchObject({ status: 403, body: { code: 'blocked' } });
  });

  it('a user with MAX_FRIENDS friends cannot accept a friend request', async () => {
    await using small = await TestApi.start({ MAX_FRIENDS: '1' });
    const [ann, ben, carl] = await small.people();
    await ann.befriend(ben);
    const { body: request } = await ask(carl, ann);
    expect(await decide(ann, request, 'accept')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await readPermit(small.redis, carl.id, ann.id)).toBe('stranger');
  });
});

describe('declining', () => {
  it('a declined friend request notifies its sender, who cannot send another one at once', async () => {
    const [ann, ben] = await api.people();
    const { body: request } = await ask(ann, ben);
    expect(await decide(ben, request, 'decline')).toMatchObject({
      status: 200,
      body: { ...request, state: 'declined' },
    });
    expect((await api.events(ann)).at(-1)).toEqual({ kind: 'friend', user: ben.id, change: 'declined' });
    expect((await decide(ben, request, 'decline')).status).toBe(200);
    expect(await decide(ben, request, 'accept')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const again = await ask(ann, ben);
    expect(again).toMatchObject({ status: 429, body: { code: 'too-many' } });
  });
});

it('the api lists friend requests in pages, newest first, and optionally filters them by state', async () => {
  const [ann, ben, carl] = await api.people();
  const { body: first } = await ask(ann, ben);
  const { body: second } = await ask(carl, ann);
  await decide(ann, second, 'decline');
  const page = await ann.get<{ items: FriendRequest[]; next: string }>('/v1/friend-requests?limit=1');
  expect(page.body.items.map((it) => it.id)).toEqual([second.id]);
  const rest = await ann.get<{ items: FriendRequest[]; next: null }>(
    `/v1/friend-requests?limit=1&after=${page.body.next}`,
  );
  expect(rest.body).toEqual({ items: [first], next: null });
  expect((await ann.get<{ items: FriendRequest[] }>('/v1/friend-requests?state=pending')).body.items).toEqual([first]);
  expect((await ann.get<Problem>('/v1/friend-requests?state=open')).body.errors?.[0]?.path).toBe('state');
});
