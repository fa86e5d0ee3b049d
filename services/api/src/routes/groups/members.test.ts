import type { Group, Member, ParleyEvent, Problem } from '@parley/protocol';
import { readMembers, readPermit } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;
let ann: Person;
let ben: Person;
let carl: Person;
let count = 0;

beforeAll(async () => {
  api = await TestApi.start();
  [ann, ben, carl] = await api.people();
  await ann.befriend(ben);
  await ann.befriend(carl);
  await ben.befriend(carl);
});
afterAll(() => api[Symbol.asyncDispose]());

const groupOf = async (owner: Person, members: Person[], more: object = {}) => {
  const name = `group ${++count}`;
  const { body } = await owner.call<Group>('post', '/v1/groups', {
    name,
    members: members.map(({ id }) => id),
    ...more,
  });
  return body.id;
};
const put = (by: Person, group: number, who: Person) =>
  by.call<Member & Problem>('put', `/v1/groups/${group}/members/${who.id}`);
const patch = (by: Person, group: number, who: Person, changes: object) =>
  by.call<Member & Problem>('patch', `/v1/groups/${group}/members/${who.id}`, changes);
const remove = (by: Person, group: number, who: Person) =>
  by.call<Problem>('delete', `/v1/groups/${group}/members/${who.id}`);
const leave = (who: Person, group: number) => who.call<Problem>('post', `/v1/groups/${group}/leave`);
const membersOf = async (by: Person, group: number) =>
  (await by.get<{ items: Member[] }>(`/v1/groups/${group}/members`)).body.items.map(({ user, role }) => [
    user.id,
    role,
  ]);
const newest = async (who: Person): Promise<ParleyEvent | undefined> => (await api.events(who)).at(-1);
const roleOf = async (who: Person, group: number) => (await who.get<Group>(`/v1/groups/${group}`)).body.role;

describe('adding a member', () => {
  it('a new member of a group can write at once, and all members are notified', async () => {
    const group = await groupOf(ann, [ben]);
    expect(await readPermit(api.redis, carl.id, group)).toBe('not-member');
    const { status, body } = await put(ann, group, carl);
    expect(status).toBe(200);
    expect(body).toEqual({ user: carl.session.user, role: 'member', joined: expect.any(Number), alias: '' });
    expect(await readPermit(api.redis, carl.id, group)).toBe('member');
    for (const person of [ann, ben, carl]) {
      expect(await newest(person)).toEqual({ kind: 'group', group, change: 'joined', user: carl.id });
    }
    expect((await carl.get<Group>(`/v1/groups/${group}`)).body).toMatchObject({ members: 3, role: 'member' });
  });

  it('adding a member of a group again notifies nobody', async () => {
    const group = await groupOf(ann, [ben]);
    await patch(ann, group, ben, { role: 'admin' });
    const before = (await api.events(ann)).length;
    expect((await put(ann, group, ben)).body).toMatchObject({ role: 'admin' });
    expect(await api.events(ann)).toHaveLength(before);
  });

  it('only the owner and admins can add members to a group', async () => {
    const group = await groupOf(ann, [ben]);
    const refused = await put(ben, group, carl);
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    await patch(ann, group, ben, { role: 'admin' });
    expect((await put(ben, group, carl)).status).toBe(200);
  });

  it('the api rejects strangers, unknown users and users who block the caller as new group members', async () => {
    const group = await groupOf(ann, [ben]);
    const [dora, emil] = await api.people();
    await ann.befriend(emil);
    await emil.call('put', `/v1/blocks/${ann.id}`);
    expect((await put(ann, group, dora)).body).toMatchObject({ status: 403, code: 'not-friends' });
    expect((await put(ann, group, emil)).body).toMatchObject({ status: 403, code: 'blocked' });
    expect((await ann.call('put', `/v1/groups/${group}/members/8`)).status).toBe(404);
  });

  it("the api rejects members above a group's maximum even for concurrent requests", async () => {
    const friends = await Promise.all(Array.from({ length: 6 }, () => api.person()));
    for (const friend of friends) await ann.befriend(friend);
    const group = await groupOf(ann, [], { maxMembers: 4 });
    const answers = await Promise.all(friends.map((friend) => put(ann, group, friend)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 409, 409, 409]);
    expect(answers.flatMap(({ body }) => (body.code ? [body.code] : []))).toEqual(Array(3).fill('group-full'));
    expect(await membersOf(ann, group)).toHaveLength(4);
    expect(await readMembers(api.redis, group)).toHaveLength(4);
  });

  it('concurrent requests add a member to a group once', async () => {
    const group = await groupOf(ann, [ben]);
    await patch(ann, group, ben, { role: 'admin' });
    const answers = await Promise.all([put(ann, group, carl), put(ben, group, carl)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await api.events(carl)).filter((it) => it.kind === 'group' && it.group === group)).toHaveLength(1);
  });
});

describe('members', () => {
  it('the api lists the members of a group in pages, ordered by role, then id', async () => {
    const group = await groupOf(carl, [ann, ben]);
    await patch(carl, group, ben, { role: 'admin' });
    const page = await ann.get<{ items: Member[]; next: string }>(`/v1/groups/${group}/members?limit=2`);
    expect(page.body.items.map(({ user, role }) => [user, role])).toEqual([
      [carl.session.user, 'owner'],
      [ben.session.user, 'admin'],
    ]);
    const rest = await ann.get<{ items: Member[] }>(`/v1/groups/${group}/members?limit=2&after=${page.body.next}`);
    expect(rest.body.items.map(({ user, role }) => [user.id, role])).toEqual([[ann.id, 'member']]);
  });

  it('members of a group choose their own alias', async () => {
    const group = await groupOf(ann, [ben]);
    expect((await patch(ben, group, ben, { alias: ' Cox ' })).body).toMatchObject({ alias: 'Cox', role: 'member' });
    expect(await newest(ann)).toEqual({ kind: 'group', group, change: 'updated', user: ben.id });
    expect((await patch(ann, group, ben, { alias: 'Stroke' })).status).toBe(403);
    expect((await patch(ben, group, ben, { alias: '' })).body).toMatchObject({ alias: '' });
  });
});

describe('roles', () => {
  it('only the owner of a group assigns roles', async () => {
    const group = await groupOf(ann, [ben, carl]);
    expect((await patch(ann, group, ben, { role: 'admin' })).body).toMatchObject({ role: 'admin' });
    expect(await newest(carl)).toEqual({ kind: 'group', group, change: 'role', user: ben.id });
    expect((await patch(ben, group, carl, { role: 'admin' })).status).toBe(403);
    expect((await patch(ben, group, ben, { role: 'owner' })).status).toBe(403);
    expect((await patch(ann, group, ben, { role: 'member' })).body).toMatchObject({ role: 'member' });
    expect((await patch(ann, group, await api.person(), { role: 'admin' })).status).toBe(404);
  });

  it('the owner of a group can transfer ownership and then becomes an admin', async () => {
    const group = await groupOf(ann, [ben, carl]);
    expect((await patch(ann, group, ben, { role: 'owner' })).body).toMatchObject({ role: 'owner' });
    expect((await ann.get<Group>(`/v1/groups/${group}`)).body).toMatchObject({ owner: ben.id, role: 'admin' });
    expect((await api.events(carl)).slice(-2)).toEqual(
      [ben.id, ann.id].map((user) => ({ kind: 'group', group, change: 'role', user })),
    );
    expect((await patch(ann, group, carl, { role: 'admin' })).status).toBe(403);
    expect((await leave(ann, group)).status).toBe(204);
  });

  it('the owner of a group cannot resign without a successor', async () => {
    const group = await groupOf(ann, [ben]);
    expect((await patch(ann, group, ann, { role: 'member' })).body).toMatchObject({ status: 409, code: 'conflict' });
    expect((await patch(ann, group, ann, { role: 'owner' })).status).toBe(200);
  });

  it('concurrent transfers of a group make only one member the owner', async () => {
    const group = await groupOf(ann, [ben, carl]);
    const answers = await Promise.all([ben, carl].map((who) => patch(ann, group, who, { role: 'owner' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect((await membersOf(ann, group)).map(([, role]) => role)).toEqual(['owner', 'admin', 'member']);
  });

  it.each([{}, { role: 'boss' }, { role: null }, { alias: 'x'.repeat(65) }])(
    'rejects the change %j of a member',
    async (changes) => {
      const group = await groupOf(ann, [ben]);
      expect((await patch(ann, group, ben, changes)).status).toBe(400);
    },
  );
});

describe('removing a member', () => {
  it('a removed member can neither write nor read any more and is notified', async () => {
    const group = await groupOf(ann, [ben, carl]);
    expect((await remove(ann, group, carl)).status).toBe(204);
    expect(await readPermit(api.redis, carl.id, group)).toBe('not-member');
    expect((await readMembers(api.redis, group)).sort()).toEqual([ann.id, ben.id].sort());
    for (const person of [ann, ben, carl]) {
      expect(await newest(person)).toEqual({ kind: 'group', group, change: 'removed', user: carl.id });
    }
    expect((await carl.get(`/v1/groups/${group}`)).status).toBe(404);
    expect((await carl.get(`/v1/chats/${group}/messages`)).status).toBe(404);
    expect((await remove(ann, group, carl)).status).toBe(404);
  });

  it('the owner can remove any member of a group, while admins can remove only plain members', async () => {
    const dora = await api.person();
    await ann.befriend(dora);
    const group = await groupOf(ann, [ben, carl, dora]);
    expect((await remove(carl, group, dora)).status).toBe(403);
    for (const admin of [ben, carl]) await patch(ann, group, admin, { role: 'admin' });
    expect((await remove(ben, group, carl)).body).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await remove(ben, group, ann)).status).toBe(403);
    expect((await remove(ben, group, dora)).status).toBe(204);
    expect((await remove(ann, group, carl)).status).toBe(204);
  });
});

describe('leaving', () => {
  it('a member who leaves a group triggers an event for the remaining members and their own devices', async () => {
    const group = await groupOf(ann, [ben, carl]);
    expect((await leave(ben, group)).status).toBe(204);
    for (const person of [ann, ben, carl]) {
      expect(await newest(person)).toEqual({ kind: 'group', group, change: 'left', user: ben.id });
    }
    expect(await membersOf(ann, group)).toEqual([
      [ann.id, 'owner'],
      [carl.id, 'member'],
    ]);
    expect((await leave(ben, group)).status).toBe(404);
    expect((await remove(carl, group, carl)).status).toBe(204);
    expect(await newest(ann)).toEqual({ kind: 'group', group, change: 'left', user: carl.id });
  });

  it('the owner cannot leave a group without transferring ownership or dissolving it', async () => {
    const group = await groupOf(ann, [ben]);
    const refused = await leave(ann, group);
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    expect((await remove(ann, group, ann)).status).toBe(409);
    await leave(ben, group);
    expect((await leave(ann, group)).status).toBe(409);
    expect((await ann.call('delete', `/v1/groups/${group}`)).status).toBe(204);
  });

  it.each(['admin', 'owner'])(
    'a group has one owner when a member leaves and becomes %s at the same time',
    async (role) => {
      for (let round = 0; round < 8; round += 1) {
        const group = await groupOf(ann, [ben]);
        const [left, given] = await Promise.all([leave(ben, group), patch(ann, group, ben, { role })]);
        const owners = (await membersOf(ann, group)).filter(([, each]) => each === 'owner');
        expect(owners).toHaveLength(1);
        const gone = left.status === 204;
        expect([left.status, given.status]).toEqual(gone ? [204, expect.toBeOneOf([200, 404])] : [409, 200]);
        expect(await readPermit(api.redis, ben.id, group)).toBe(gone ? 'not-member' : 'member');
        expect(await roleOf(ann, group)).toBe(gone ? 'owner' : 'admin');
      }
    },
  );
});

describe('the members in Redis', () => {
  it('after concurrent changes, Redis and PostgreSQL have the same members of a group', async () => {
    const group = await groupOf(ann, [ben]);
    await Promise.all(
      Array.from({ length: 6 }, async (_, i) => {
        await (i % 2 ? put(ann, group, carl) : remove(ann, group, carl));
        await (i % 3 ? remove(ann, group, ben) : put(ann, group, ben));
      }),
    );
    const members = (await membersOf(ann, group)).map(([id]) => id).sort();
    expect((await readMembers(api.redis, group)).sort()).toEqual(members);
  });

  it('the api removes a member from Redis later if the removal happened while Redis was down', async () => {
    await using other = await TestApi.start();
    const [dora, emil] = await other.people();
    await dora.befriend(emil);
    const { body } = await dora.call<Group>('post', '/v1/groups', { name: 'g', members: [emil.id] });
    other.redisGate.shut();
    expect((await remove(dora, body.id, emil)).status).toBe(204);
    expect((await put(dora, body.id, emil)).status).toBe(503);
    expect(await readPermit(other.redis, emil.id, body.id)).toBe('member');
    other.redisGate.open();
    await expect.poll(() => readPermit(other.redis, emil.id, body.id), { timeout: 10_000 }).toBe('not-member');
  });
});
