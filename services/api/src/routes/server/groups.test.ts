import type { Member, Problem } from '@parley/protocol';
import { readMembers } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startServerApi } from '../../../test/server-api.ts';
import type { Person } from '../../../test/test-api.ts';
import type { ServerGroup } from '../../queries/server-groups.ts';

let product: Product;
beforeAll(async () => {
  product = await startServerApi({ UNIQUE_GROUP_NAMES: 'true', MAX_GROUP_MEMBERS: '5', MAX_GROUPS: '20' });
  await product.people('o', 'p', 'q', 'r', 's', 't');
});
afterAll(() => product[Symbol.asyncDispose]());

const put = (id: string, group: object) => product.call<ServerGroup & Problem>('put', `/groups/${id}`, group);
const members = async (id: string) => {
  const { body } = await product.call<{ items: Member[] }>('get', `/groups/${id}/members`);
  return Object.fromEntries(body.items.map(({ user, role }) => [user.name, role]));
};
const changes = async (person: Person, group: number) =>
  (await product.api.events(person)).flatMap((event) =>
    event.kind === 'group' && event.group === group ? [[event.change, event.user]] : [],
  );

describe('a group of the product', () => {
  it('the server API idempotently creates a group with an external id and members', async () => {
    const given = { name: 'One', owner: 'o', members: ['p', 'q'], description: 'd' };
    const first = await put('g-1', given);
    expect([first.status, first.body]).toMatchObject([
      201,
      { externalId: 'g-1', name: 'One', description: 'd', members: 3, maxMembers: 5, history: 'joined' },
    ]);
    const again = await put('g-1', given);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await members('g-1')).toEqual({ o: 'owner', p: 'member', q: 'member' });
    expect(await readMembers(product.api.redis, first.body.id)).toHaveLength(3);
    const [p] = await product.people('p');
    expect((await changes(p, first.body.id)).map(([change]) => change)).toEqual(['created']);
    expect((await product.call('get', `/groups/~${first.body.id}`)).body).toEqual(first.body);
  });

  it('concurrent calls of the server API create a group once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => put('g-2', { name: 'Two', owner: 'o' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('the server API replaces the members of a group, but keeps them if the field is missing', async () => {
    const { body } = await put('g-3', { name: 'Three', owner: 'o', members: ['p', 'q'] });
    const [p, q, r] = await product.people('p', 'q', 'r');
    await put('g-3', { name: 'Three', owner: 'o', members: ['q', 'r'] });
    expect(await members('g-3')).toEqual({ o: 'owner', q: 'member', r: 'member' });
    expect((await readMembers(product.api.redis, body.id)).sort()).not.toContain(p.id);
    expect(await changes(p, body.id)).toContainEqual(['removed', p.id]);
    expect(await changes(q, body.id)).toEqual(
      expect.arrayContaining([
        ['removed', p.id],
        ['joined', r.id],
      ]),
    );
    await put('g-3', { name: 'Three!', owner: 'o' });
    expect(await members('g-3')).toEqual({ o: 'owner', q: 'member', r: 'member' });
    expect((await changes(r, body.id)).map(([change]) => change)).toEqual(['joined', 'updated']);
  });

  it('when the server API changes the owner of a group, the former owner becomes an admin', async () => {
    await put('g-4', { name: 'Four', owner: 'o', members: ['p'] });
    const { body } = await put('g-4', { name: 'Four', owner: 'q' });
    const [q] = await product.people('q');
    expect(body.owner).toBe(q.id);
    expect(await members('g-4')).toEqual({ q: 'owner', o: 'admin', p: 'member' });
    await put('g-4', { name: 'Four', owner: 'p', members: ['o'] });
    expect(await members('g-4')).toEqual({ p: 'owner', o: 'admin' });
  });

  it('the server API adds and removes single members of a group', async () => {
    await put('g-5', { name: 'Five', owner: 'o' });
    for (let i = 0; i < 2; i += 1) {
      const { status, body } = await product.call<Member>('put', '/groups/g-5/members/p', { role: 'admin' });
      expect([status, body.role]).toEqual([200, 'admin']);
    }
    await product.call('put', '/groups/g-5/members/p', {});
    await product.call('put', '/groups/g-5/members/q', {});
    expect(await members('g-5')).toEqual({ o: 'owner', p: 'admin', q: 'member' });
    for (let i = 0; i < 2; i += 1) expect((await product.call('delete', '/groups/g-5/members/q')).status).toBe(204);
    expect(await members('g-5')).toEqual({ o: 'owner', p: 'admin' });
    const owner = await product.call<Problem>('delete', '/groups/g-5/members/o');
    expect([owner.status, owner.body.code]).toEqual([409, 'conflict']);
    expect((await product.call('put', '/groups/g-5/members/o', { role: 'member' })).status).toBe(409);
  });

  it('the server API rejects more members than the maximum of a group', async () => {
    const full = await put('g-6', { name: 'Six', owner: 'o', members: ['p', 'q', 'r', 's', 't'] });
    expect([full.status, full.body.code]).toEqual([409, 'group-full']);
    await put('g-6', { name: 'Six', owner: 'o', members: ['p'], maxMembers: 2 });
    expect((await product.call<Problem>('put', '/groups/g-6/members/q', {})).body.code).toBe('group-full');
    expect((await put('g-6', { name: 'Six', owner: 'o', maxMembers: 1 })).status).toBe(409);
    expect((await put('g-6', { name: 'Six', owner: 'o', members: ['p', 'q'], maxMembers: 3 })).body.members).toBe(3);
    expect((await put('g-6', { name: 'Six', owner: 'o', maxMembers: 6 })).status).toBe(409);
  });

  it('the server API rejects unknown members of a group and, with UNIQUE_GROUP_NAMES, a duplicate name', async () => {
    await put('g-7', { name: 'Seven', owner: 'o' });
    expect((await put('g-8', { name: 'SEVEN', owner: 'o' })).body.errors?.[0]?.path).toBe('name');
    expect((await put('g-8', { name: 'Eight', owner: 'nobody' })).status).toBe(404);
    expect((await put('g-8', { name: 'Eight', owner: 'o', members: ['nobody'] })).status).toBe(404);
    expect((await product.call('get', '/groups/g-8')).status).toBe(404);
  });

  it("the server API dissolves a group idempotently, which frees the group's external id and name", async () => {
    const { body: before } = await put('g-9', { name: 'Nine', owner: 'o', members: ['p'] });
    for (let i = 0; i < 2; i += 1) expect((await product.call('delete', '/groups/g-9')).status).toBe(204);
    const [p] = await product.people('p');
    expect((await p.get(`/v1/groups/${before.id}`)).status).toBe(404);
    const { status, body } = await put('g-9', { name: 'Nine', owner: 'o' });
    expect(status).toBe(201);
    expect(body.id).not.toBe(before.id);
  });
});
