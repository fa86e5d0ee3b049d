import type { Group, Member, Problem } from '@parley/protocol';
import { readMembers, readPermit } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;
let ann: Person;
let ben: Person;
let carl: Person;
let count = 0;

beforeAll(async () => {
  api = await TestApi.start({ AVATAR_HOSTS: 'images.example' });
  [ann, ben, carl] = await api.people();
  await ann.befriend(ben);
  await ann.befriend(carl);
});
afterAll(() => api[Symbol.asyncDispose]());

const create = (person: Person, body: object) => person.call<Group & Problem>('post', '/v1/groups', body);
const newName = () => `group ${++count}`;
const groupOf = async (owner: Person, ...members: Person[]) =>
  (await create(owner, { name: newName(), members: members.map((member) => member.id) })).body;

describe('making a group', () => {
  it('creating a group adds and notifies all members, who can write at once', async () => {
    const { status, body } = await create(ann, {
      name: ' Rowing ',
      description: 'on Sundays',
      members: [ben.id, ann.id, ben.id],
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(Number),
      name: 'Rowing',
      description: 'on Sundays',
      avatar: null,
      owner: ann.id,
      maxMembers: 200,
      members: 2,
      role: 'owner',
      slowMode: 0,
      visibility: 'private',
      requests: 0,
      history: 'joined',
    });
    const { requests: _, ...shown } = body;
    expect((await ben.get<Group>(`/v1/groups/${body.id}`)).body).toEqual({ ...shown, role: 'member' });
    for (const person of [ann, ben]) {
      expect((await api.events(person)).at(-1)).toEqual({
        kind: 'group',
        group: body.id,
        change: 'created',
        user: ann.id,
      });
      expect(await readPermit(api.redis, person.id, body.id)).toBe('member');
    }
    expect(await readPermit(api.redis, carl.id, body.id)).toBe('not-member');
  });

  it('a group can be created without other members', async () => {
    expect(await groupOf(ann)).toMatchObject({ members: 1, role: 'owner' });
  });

  it('two groups can have the same name, so that a rejection cannot reveal a private group', async () => {
    const name = newName();
    expect((await create(ann, { name })).status).toBe(201);
    const same = await create(ben, { name });
    expect([same.status, same.body.name]).toEqual([201, name]);
    expect((await ben.call('patch', `/v1/groups/${same.body.id}`, { name: name.toUpperCase() })).status).toBe(200);
  });

  it.each(['https://tracker.example/a.png', 'http://images.example.org/a.png', 'https://user@x/a.png'])(
    'rejects the avatar %s of a host that is not in AVATAR_HOSTS',
    async (avatar) => {
      const refused = await create(ann, { name: newName(), avatar });
      expect([refused.status, refused.body.code, refused.body.errors?.[0]?.path]).toEqual([
        400,
        'bad-request',
        'avatar',
      ]);
      const { id } = await groupOf(ann);
      expect((await ann.call('patch', `/v1/groups/${id}`, { avatar })).status).toBe(400);
      expect((await ann.call('patch', '/v1/me', { avatar })).status).toBe(400);
    },
  );

  it.each([
    [{}, 'name'],
    [{ name: ' ' }, 'name'],
    [{ name: 'x'.repeat(65) }, 'name'],
    [{ name: 'a\u202eb' }, 'name'],
    [{ name: 'a', members: [0] }, 'members.0'],
    [{ name: 'a', members: Array(501).fill(5) }, 'members'],
    [{ name: 'a', description: 'x'.repeat(501) }, 'description'],
    [{ name: 'a', avatar: 'javascript:alert(1)' }, 'avatar'],
    [{ name: 'a', maxMembers: 501 }, 'maxMembers'],
    [{ name: 'a', maxMembers: 0 }, 'maxMembers'],
    [{ name: 'a', history: 'some' }, 'history'],
    [{ name: 'a', owner: 5 }, 'owner'],
  ])('the api rejects %j as a new group', async (body, path) => {
    const { status, body: problem } = await create(ann, body);
    expect([status, problem.code, problem.errors?.[0]?.path]).toEqual([400, 'bad-request', path]);
  });

  it('the api does not create a group with strangers, unknown users or users who block its creator', async () => {
    const name = newName();
    const [dora, emil] = await api.people();
    await ann.befriend(emil);
    await emil.call('put', `/v1/blocks/${ann.id}`);
    const refusals = [
      await create(ann, { name, members: [ben.id, dora.id] }),
      await create(ann, { name, members: [ben.id, emil.id] }),
      await create(ann, { name, members: [ben.id, 7] }),
    ];
    expect(refusals.map(({ status, body }) => [status, body.code])).toEqual([
      [403, 'not-friends'],
      [403, 'blocked'],
      [404, 'not-found'],
    ]);
    expect((await create(ann, { name })).status).toBe(201);
  });

  it('the api rejects a new group with more members than allowed', async () => {
    const answer = await create(ann, { name: newName(), maxMembers: 2, members: [ben.id, carl.id] });
    expect([answer.status, answer.body.code]).toEqual([409, 'group-full']);
    expect((await create(ann, { name: newName(), maxMembers: 3, members: [ben.id, carl.id] })).status).toBe(201);
  });
});

describe('groups', () => {
  it('members list their groups in pages, ordered by id', async () => {
    const [dora, emil] = await api.people();
    await dora.befriend(emil);
    const groups = [await groupOf(dora, emil), await groupOf(dora, emil), await groupOf(emil)];
    const page = await emil.get<{ items: Group[]; next: string }>('/v1/groups?limit=2');
    expect(page.body.items).toEqual(
      groups.slice(0, 2).map(({ requests: _, ...group }) => ({ ...group, role: 'member' })),
    );
    const rest = await emil.get<{ items: Group[]; next: null }>(`/v1/groups?limit=2&after=${page.body.next}`);
    expect(rest.body).toEqual({ items: [groups[2]], next: null });
    expect((await dora.get<{ items: Group[] }>('/v1/groups')).body.items).toEqual(groups.slice(0, 2));
  });

  it('the api responds to users who are not members as if the group did not exist', async () => {
    const { id } = await groupOf(ann, ben);
    const asked = [
      carl.get(`/v1/groups/${id}`),
      carl.call('patch', `/v1/groups/${id}`, { name: 'mine' }),
      carl.call('delete', `/v1/groups/${id}`),
      carl.get(`/v1/groups/${id}/members`),
      carl.call('put', `/v1/groups/${id}/members/${carl.id}`),
      carl.call('patch', `/v1/groups/${id}/members/${carl.id}`, { role: 'owner' }),
      carl.call('delete', `/v1/groups/${id}/members/${ben.id}`),
      carl.call('post', `/v1/groups/${id}/leave`),
      carl.call('put', `/v1/chats/${id}`),
      carl.call('patch', `/v1/chats/${id}`, { muted: true }),
      carl.call('delete', `/v1/chats/${id}`),
      carl.get(`/v1/chats/${id}/messages`),
    ];
    const nobody = (await carl.get<Problem>('/v1/groups/77')).body;
    for (const { status, body } of await Promise.all(asked)) {
      expect([status, body]).toEqual([404, expect.objectContaining({ code: 'not-found' })]);
    }
    expect((await carl.get<Problem>(`/v1/groups/${id}`)).body).toEqual(nobody);
  });
});

describe('changing a group', () => {
  it('the owner and admins can change a group, which notifies all members', async () => {
    const { id } = await groupOf(ann, ben, carl);
    await ann.call('patch', `/v1/groups/${id}/members/${ben.id}`, { role: 'admin' });
    const name = newName();
    const { status, body } = await ben.call<Group>('patch', `/v1/groups/${id}`, {
      ...{ name, description: 'new', avatar: 'https://images.example/a.png', history: 'all', maxMembers: 3 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name,
      description: 'new',
      avatar: 'https://images.example/a.png',
      history: 'all',
      maxMembers: 3,
    });
    expect((await api.events(carl)).at(-1)).toEqual({ kind: 'group', group: id, change: 'updated' });
    const refused = await carl.call<Problem>('patch', `/v1/groups/${id}`, { name: 'x' });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
  });

  it.each([
    [{}, 400],
    [{ maxMembers: 1 }, 409],
    [{ maxMembers: 201 }, 409],
    [{ maxMembers: 501 }, 400],
    [{ role: 'owner' }, 400],
  ])('the api responds to the group change %j with %i', async (changes, status) => {
    const { id } = await groupOf(ann, ben);
    expect((await ann.call('patch', `/v1/groups/${id}`, changes)).status).toBe(status);
  });
});

describe('dissolving a group', () => {
  it('the owner can dissolve a group, which ends it for all members', async () => {
    const { id, name } = await groupOf(ann, ben);
    expect((await ben.call('delete', `/v1/groups/${id}`)).status).toBe(403);
    expect((await ann.call('delete', `/v1/groups/${id}`)).status).toBe(204);
    for (const person of [ann, ben]) {
      expect((await api.events(person)).at(-1)).toEqual({ kind: 'group', group: id, change: 'dissolved' });
      expect((await person.get(`/v1/groups/${id}`)).status).toBe(404);
      expect((await person.get(`/v1/chats/${id}/messages`)).status).toBe(404);
      expect(await readPermit(api.redis, person.id, id)).toBe('nobody');
    }
    expect(await readMembers(api.redis, id)).toEqual([]);
    expect((await ann.call('delete', `/v1/groups/${id}`)).status).toBe(404);
    expect((await create(ben, { name })).status).toBe(201);
  });

  it('the messages of a dissolved group are deleted in the background', async () => {
    const { id } = await groupOf(ann, ben);
    const rows = Array.from({ length: 700 }, (_, i) => ({
      ...{ owner_id: id, peer_id: id, id: i + 1, sender_id: ben.id, body: '{}' },
      ...{ ref: null, reply_to: null, edited: null, recalled: null, mentions: null, reactions: null },
    }));
    await api.db.insertInto('messages').values(rows).execute();
    await ann.call('delete', `/v1/groups/${id}`);
    const left = () => api.db.selectFrom('messages').select('id').where('owner_id', '=', id).execute();
    await waitFor(async () => (await left()).length === 0);
  });
});

describe('limits', () => {
  it('the api enforces the configured limits of members, groups and group changes', async () => {
    await using small = await TestApi.start({ MAX_GROUP_MEMBERS: '3', MAX_GROUPS: '2', GROUP_CHANGES_PER_MINUTE: '4' });
    const [dora, emil, fred] = await small.people();
    await dora.befriend(emil);
    await dora.befriend(fred);
    expect((await create(dora, { name: 'a', members: [emil.id] })).body).toMatchObject({ maxMembers: 3 });
    expect((await create(emil, { name: 'b' })).status).toBe(201);
    // Adds a user to another group, because groups of other owners do not count towards the user's
    // maximum.
    expect((await create(dora, { name: 'c', members: [emil.id] })).status).toBe(201);
    expect((await create(emil, { name: 'd' })).status).toBe(201);
    const full = await create(dora, { name: 'e', members: [fred.id] });
    expect([full.status, full.body.code]).toEqual([409, 'conflict']);
    expect((await create(dora, { name: 'e' })).status).toBe(409);
    const late = await create(dora, { name: 'f' });
    expect([late.status, late.body.code]).toEqual([429, 'too-many']);
  });

  it('with SEND_POLICY=anyone, group members need not be friends, but blocks apply', async () => {
    await using open = await TestApi.start({ SEND_POLICY: 'anyone' });
    const [dora, emil, fred] = await open.people();
    await fred.call('put', `/v1/blocks/${dora.id}`);
    const { body, status } = await create(dora, { name: 'a', members: [emil.id] });
    expect(status).toBe(201);
    expect((await dora.call<Member & Problem>('put', `/v1/groups/${body.id}/members/${fred.id}`)).body.code).toBe(
      'blocked',
    );
  });
});
