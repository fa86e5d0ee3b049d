import type { FoundGroup, Group, JoinRequest, Member, Problem } from '@parley/protocol';
import { readPermit } from '@parley/redis';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startServerApi } from '../../../test/server-api.ts';
import type { Person, TestApi } from '../../../test/test-api.ts';
import { picture, Uploader } from '../../../test/upload.ts';

let product: Product;
let api: TestApi;
beforeAll(async () => {
  product = await startServerApi({ MAX_JOIN_REQUESTS: '2' });
  api = product.api;
});
afterAll(() => product?.[Symbol.asyncDispose]());

let count = 0;

/** Creates a group with an owner, and two people outside of it. */
async function makeGroup(visibility: string, fields: object = {}) {
  const [owner, visitor, other] = await api.people();
  count += 1;
  const body = { name: `Found ${count} ${owner.id}`, visibility, ...fields };
  const { id, name } = (await owner.call<Group>('post', '/v1/groups', body)).body;
  return { owner, visitor, other, group: id, name };
}
const find = async (by: Person, q: string, more = '') =>
  (await by.get<FoundPage>(`/v1/groups?q=${encodeURIComponent(q)}${more}`)).body;
const join = (by: Person, group: number, body: object = {}) =>
  by.call<Member & JoinRequest & Problem>('put', `/v1/groups/${group}/requests/${by.id}`, body);
const withdraw = (by: Person, group: number) => by.call('delete', `/v1/groups/${group}/requests/${by.id}`);
const requestsOf = async (by: Person, group: number) =>
  (await by.get<{ items: JoinRequest[] }>(`/v1/groups/${group}/requests`)).body.items;

interface FoundPage {
  items: FoundGroup[];
  next: string | null;
}

describe('finding groups', () => {
  it('a search finds public groups and groups that users can request to join, without their members', async () => {
    const { owner, visitor, group, name } = await makeGroup('private', { description: 'about' });
    const set = (fields: object) => owner.call<Group>('patch', `/v1/groups/${group}`, fields);
    expect((await find(visitor, name)).items).toEqual([]);
    for (const visibility of ['request', 'public'] as const) {
      expect((await set({ visibility })).body.visibility).toBe(visibility);
      const found = { id: group, name, description: 'about', avatar: null, members: 1, visibility, state: null };
      expect((await find(visitor, name.toUpperCase())).items).toEqual([found]);
      expect((await find(owner, name)).items).toEqual([{ ...found, state: 'joined' }]);
      expect((await visitor.get(`/v1/groups/${group}`)).status).toBe(404);
      expect((await visitor.get(`/v1/groups/${group}/members`)).status).toBe(404);
    }
    expect(api.logged.filter((line) => line.includes('group.visibility')).at(-1)).toContain('"public"');
    await set({ visibility: 'private' });
    expect((await find(visitor, name)).items).toEqual([]);
    await set({ visibility: 'public' });
    await owner.call('delete', `/v1/groups/${group}`);
    expect((await find(visitor, name)).items).toEqual([]);
  });

  it('the group search returns groups by name in pages and uses the index', async () => {
    const prefix = `Ｐage ${process.pid}`;
    const { visitor } = await makeGroup('public', { name: `${prefix} b` });
    await makeGroup('public', { name: `${prefix} A` });
    await makeGroup('public', { name: `${prefix} a` });
    const first = await find(visitor, `page ${process.pid}`, '&limit=2');
    const rest = await find(visitor, `page ${process.pid}`, `&limit=2&after=${first.next}`);
    const names = [...first.items, ...rest.items].map(({ name }) => name.slice(-1));
    expect([names, rest.next]).toEqual([['A', 'a', 'b'], null]);
    const plan = await api.db.transaction().execute(async (tx) => {
      // Forces the index, because PostgreSQL would scan such a small table.
      await sql`set local enable_seqscan = off`.execute(tx);
      return await sql`
        explain select id from groups g where dissolved is null and visibility <> 'private'
        and lower(normalize(g.name, NFKC)) collate "C" like lower('Page%')`.execute(tx);
    });
    expect(JSON.stringify(plan.rows)).toMatch(/Index Cond: .*page/);
  });

  it('the group search treats % and _ as plain characters and rejects a query that is empty or too long', async () => {
    const { visitor, name } = await makeGroup('public');
    for (const q of ['%', '_', `${name.slice(0, 3)}%`, '\\'])
      expect((await find(visitor, q)).items.filter((group) => group.name === name)).toEqual([]);
    for (const q of ['', ' ', 'x'.repeat(65)])
      expect((await visitor.get(`/v1/groups?q=${encodeURIComponent(q)}`)).status).toBe(400);
    expect((await visitor.get('/v1/groups')).status).toBe(200);
  });

  it.each(['open', '', null, 1])('the api rejects %j as the visibility of a group', async (visibility) => {
    const { owner, visitor, group } = await makeGroup('public');
    expect((await owner.call('patch', `/v1/groups/${group}`, { visibility })).status).toBe(400);
    await join(visitor, group);
    expect((await visitor.call('patch', `/v1/groups/${group}`, { visibility: 'private' })).status).toBe(403);
  });

  it('every user can see the avatar of a group that they can find', async () => {
    const { owner, visitor, group } = await makeGroup('private');
    const { id } = await new Uploader(api.url, owner).send(await picture(400, 400), {
      name: 'a.png',
      type: 'image/png',
    });
    await owner.call('patch', `/v1/groups/${group}`, { avatar: `/v1/media/${id}` });
    expect((await visitor.get(`/v1/media/${id}/info`)).status).toBe(404);
    await owner.call('patch', `/v1/groups/${group}`, { visibility: 'request' });
    expect((await visitor.get(`/v1/media/${id}/info`)).status).toBe(200);
  });
});

describe('joining a group that was found', () => {
  it('any user who is not banned can join a public group once, but cannot join a private group', async () => {
    const { owner, visitor, other, group } = await makeGroup('public');
    await owner.call('put', `/v1/groups/${group}/bans/${other.id}`);
    expect((await join(other, group)).status).toBe(403);
    for (let i = 0; i < 2; i += 1)
      expect(await join(visitor, group)).toMatchObject({
        status: 200,
        body: { role: 'member', user: { id: visitor.id } },
      });
    expect(await readPermit(api.redis, visitor.id, group)).toBe('member');
    expect((await api.events(owner)).at(-1)).toEqual({ kind: 'group', group, change: 'joined', user: visitor.id });
    await owner.call('patch', `/v1/groups/${group}`, { visibility: 'private' });
    const late = await api.person();
    for (const id of [group, 12_345]) expect((await join(late, id)).status).toBe(404);
  });

  it('concurrent users can join a public group up to its maximum', async () => {
    const { group } = await makeGroup('public', { maxMembers: 2 });
    const people = [await api.person(), await api.person(), await api.person()];
    const results = await Promise.all(people.map((person) => join(person, group)));
    expect(results.map(({ status, body }) => [status, body.code]).sort()).toEqual([
      [200, undefined],
      [409, 'group-full'],
      [409, 'group-full'],
    ]);
  });

  it('a user requests to join a group; the owner accepts the request, or the user withdraws it', async () => {
    const { owner, visitor, other, group, name } = await makeGroup('request');
    for (const message of ['Hi', 'again'])
      expect(await join(visitor, group, { message })).toMatchObject({ status: 202, body: { message: 'Hi' } });
    expect((await api.events(owner)).at(-1)).toEqual({ kind: 'group', group, change: 'requested', user: visitor.id });
    expect((await find(visitor, name)).items).toMatchObject([{ id: group, state: 'requested' }]);
    for (let i = 0; i < 2; i += 1) expect((await withdraw(visitor, group)).status).toBe(204);
    expect((await api.events(owner)).at(-1)).toEqual({ kind: 'group', group, change: 'withdrawn', user: visitor.id });
    expect(await requestsOf(owner, group)).toEqual([]);

    for (const person of [visitor, other]) expect((await join(person, group)).status).toBe(202);
    expect((await owner.get<Group>(`/v1/groups/${group}`)).body.requests).toBe(2);
    const third = await api.person();
    expect((await join(third, group)).status).toBe(409);
    const decide = (user: Person, body = {}) => owner.call('put', `/v1/groups/${group}/requests/${user.id}`, body);
    expect((await decide(visitor, { message: 'x' })).status).toBe(400);
    expect((await decide(visitor)).status).toBe(200);
    expect((await find(visitor, name)).items).toMatchObject([{ members: 2, state: 'joined' }]);
    // Checks that a declined request cannot be withdrawn, because the user could then send another
    // one at once.
    await owner.call('delete', `/v1/groups/${group}/requests/${other.id}`);
    expect((await withdraw(other, group)).status).toBe(204);
    expect((await join(other, group)).status).toBe(429);
  });
});
