import type { Block, FriendRequest } from '@parley/protocol';
import { readPermit } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api[Symbol.asyncDispose]());

const blocksOf = async (person: Person) => (await person.get<{ items: Block[] }>('/v1/blocks')).body.items;

describe('blocking', () => {
  it('a block takes effect on every gateway before the api responds, without an event to the blocked user', async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    const before = (await api.events(ben)).length;
    const { status, body } = await ann.call<Block>('put', `/v1/blocks/${ben.id}`);
    expect(status).toBe(200);
    expect(body).toEqual({ user: ben.session.user, date: expect.any(Number) });
    expect(await blocksOf(ann)).toEqual([body]);
    expect(await readPermit(api.redis, ben.id, ann.id)).toBe('blocked');
    expect(await readPermit(api.redis, ann.id, ben.id)).toBe('friend');
    expect(await api.events(ben)).toHaveLength(before);
    expect((await api.events(ann)).at(-1)).toEqual({ kind: 'friend', user: ben.id, change: 'blocked' });
  });

  it('blocking a user twice has no further effect', async () => {
    const [ann, ben] = await api.people();
    const first = await ann.call('put', `/v1/blocks/${ben.id}`);
    const count = (await api.events(ann)).length;
    expect(await ann.call('put', `/v1/blocks/${ben.id}`)).toMatchObject({ status: 200, body: first.body });
    expect(await api.events(ann)).toHaveLength(count);
  });

  it('a block declines the pending friend request of the blocked user', async () => {
    const [ann, ben] = await api.people();
    await ben.call('post', '/v1/friend-requests', { to: ann.id });
    await ann.call('put', `/v1/blocks/${ben.id}`);
    const { body } = await ann.get<{ items: FriendRequest[] }>('/v1/friend-requests');
    expect(body.items[0]?.state).toBe('declined');
  });

  it('a user cannot block themselves or an unknown user', async () => {
    const ann = await api.person();
    expect((await ann.call('put', `/v1/blocks/${ann.id}`)).status).toBe(409);
    expect((await ann.call('put', '/v1/blocks/7')).status).toBe(404);
  });

  it('the api limits the number of users that one user blocks', async () => {
    await using small = await TestApi.start({ MAX_BLOCKS: '1' });
    const [ann, ben, carl] = await small.people();
    expect((await ann.call('put', `/v1/blocks/${ben.id}`)).status).toBe(200);
    expect((await ann.call('put', `/v1/blocks/${carl.id}`)).status).toBe(409);
    expect((await ann.call('put', `/v1/blocks/${ben.id}`)).status).toBe(200);
  });

  it('the api lists blocks in pages', async () => {
    const [ann, ben, carl] = await api.people();
    for (const other of [carl, ben]) await ann.call('put', `/v1/blocks/${other.id}`);
    const page = await ann.get<{ items: Block[]; next: string }>('/v1/blocks?limit=1');
    expect(page.body.items[0]?.user.id).toBe(ben.id);
    const rest = await ann.get<{ items: Block[]; next: null }>(`/v1/blocks?limit=1&after=${page.body.next}`);
    expect(rest.body).toMatchObject({ items: [{ user: { id: carl.id } }], next: null });
  });
});

describe('unblocking', () => {
  it('unblocking a friend restores the friendship', async () => {
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    await ann.call('put', `/v1/blocks/${ben.id}`);
    expect((await ann.call('delete', `/v1/blocks/${ben.id}`)).status).toBe(204);
    expect(await blocksOf(ann)).toEqual([]);
    expect(await readPermit(api.redis, ben.id, ann.id)).toBe('friend');
    expect((await ann.call('delete', `/v1/blocks/${ben.id}`)).status).toBe(204);
  });
});
