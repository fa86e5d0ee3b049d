import type { Group, Problem } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startServerApi } from '../../../test/server-api.ts';
import type { Person } from '../../../test/test-api.ts';

let product: Product;
beforeAll(async () => {
  product = await startServerApi();
});
afterAll(() => product?.[Symbol.asyncDispose]());

async function makeGroup(fields: object = {}) {
  const [owner, member, stranger] = await product.api.people();
  await owner.befriend(member);
  const body = { name: `slow ${owner.id}`, members: [member.id], ...fields };
  const group = (await owner.call<Group>('post', '/v1/groups', body)).body.id;
  return { owner, member, stranger, group };
}
const change = (by: Person, group: number, slowMode: unknown) =>
  by.call<Group & Problem>('patch', `/v1/groups/${group}`, { slowMode });

describe('the setting of slow mode', () => {
  it('the owner can set slow mode, which all members see and which the audit log records', async () => {
    const { owner, member, stranger, group } = await makeGroup();
    expect((await member.get<Group>(`/v1/groups/${group}`)).body.slowMode).toBe(0);
    expect((await change(owner, group, 86_400)).body.slowMode).toBe(86_400);
    expect((await member.get<Group>(`/v1/groups/${group}`)).body.slowMode).toBe(86_400);
    expect((await product.api.events(member)).at(-1)).toEqual({ kind: 'group', group, change: 'updated' });
    expect(product.api.logged.filter((line) => line.includes('group.slow-mode')).at(-1)).toContain('86400');
    expect((await change(member, group, 0)).status).toBe(403);
    expect((await change(stranger, group, 0)).status).toBe(404);
    await owner.call('delete', `/v1/groups/${group}`);
    expect((await change(owner, group, 0)).status).toBe(404);
  });

  it.each([-1, 1.5, 86_401, 1e17, '60', null, true])('the api rejects %j as slow mode', async (slowMode) => {
    const { owner, group } = await makeGroup();
    expect((await change(owner, group, slowMode)).status).toBe(400);
  });

  it('slow mode that the server API sets applies to its messages as a member, but not as the system', async () => {
    await product.people('o', 'p');
    const given = { name: 'slow', owner: 'o', members: ['p'] };
    for (const slowMode of [60, 30]) {
      const { body } = await product.call<Group>('put', '/groups/slow', { ...given, slowMode });
      expect(body.slowMode).toBe(slowMode);
    }
    const send = (from: string, ref: string) =>
      product.call<Problem>('post', '/messages', {
        ...{ from, to: { group: 'slow' }, ref, body: { type: 'text', text: 'hi' } },
      });
    expect((await send('p', 'r1')).status).toBe(201);
    const refused = await send('p', 'r2');
    expect([refused.status, refused.body.code]).toEqual([429, 'slow-mode']);
    expect((await send('p', 'r1')).status).toBe(200);
    for (const from of ['o', 'system'])
      for (const ref of ['r3', 'r4']) expect((await send(from, ref)).status).toBe(201);
  });
});
