import type { Group, Member, Problem } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startServerApi } from '../../../test/server-api.ts';
import type { Person } from '../../../test/test-api.ts';

let product: Product;
beforeAll(async () => {
  product = await startServerApi();
});
afterAll(() => product[Symbol.asyncDispose]());

async function makeGroup() {
  const [owner, admin, member] = await product.api.people();
  await owner.befriend(admin);
  await owner.befriend(member);
  const body = { name: `mutes ${owner.id}`, members: [admin.id, member.id] };
  const group = (await owner.call<Group>('post', '/v1/groups', body)).body.id;
  await owner.call('patch', `/v1/groups/${group}/members/${admin.id}`, { role: 'admin' });
  return { owner, admin, member, group };
}
const mute = (by: Person, group: number, who: Person, mutedUntil: unknown) =>
  by.call<Member & Problem>('patch', `/v1/groups/${group}/members/${who.id}`, { mutedUntil });
const later = () => Date.now() + 3_600_000;

describe('muting a member', () => {
  it('the owner and admins can mute members, but only the owner can mute admins', async () => {
    const { owner, admin, member, group } = await makeGroup();
    const carl = await product.api.person();
    expect((await mute(member, group, admin, later())).status).toBe(403);
    expect((await mute(member, group, member, null)).status).toBe(403);
    expect((await mute(carl, group, member, later())).status).toBe(404);
    expect((await mute(owner, group, carl, later())).status).toBe(404);
    for (const who of [owner, admin]) expect((await mute(admin, group, who, later())).status).toBe(403);
    expect((await mute(owner, group, owner, later())).status).toBe(403);
    expect((await mute(owner, group, admin, later())).status).toBe(200);
    expect((await mute(admin, group, member, later())).status).toBe(200);
  });

  it.each([-1, 1.5, '2030', 1e17, true])('the api rejects %j as the end of a mute', async (until) => {
    const { owner, member, group } = await makeGroup();
    expect((await mute(owner, group, member, until)).status).toBe(400);
  });

  it('all members see a mute and are notified of it; setting a past end removes the mute', async () => {
    const { owner, member, group } = await makeGroup();
    const until = later();
    expect((await mute(owner, group, member, until)).body).toMatchObject({ mutedUntil: until });
    expect((await product.api.events(member)).at(-1)).toEqual({
      ...{ kind: 'group', group, change: 'updated', user: member.id },
    });
    const { body } = await owner.get<{ items: Member[] }>(`/v1/groups/${group}/members`);
    expect(body.items.map(({ mutedUntil }) => mutedUntil)).toEqual([undefined, undefined, until]);
    expect((await mute(owner, group, member, Date.now() - 1)).body).not.toHaveProperty('mutedUntil');
  });

  it('PUT and DELETE of `mutes` mute a member like a change of the member', async () => {
    const { owner, admin, member, group } = await makeGroup();
    const path = (who: Person) => `/v1/groups/${group}/mutes/${who.id}`;
    const until = later();
    expect((await admin.call<Member>('put', path(member), { until })).body).toMatchObject({ mutedUntil: until });
    expect((await admin.call('delete', path(member))).status).toBe(204);
    const { body } = await owner.get<{ items: Member[] }>(`/v1/groups/${group}/members`);
    expect(body.items.every(({ mutedUntil }) => mutedUntil === undefined)).toBe(true);
    for (const [by, who, status] of [
      [member, admin, 403],
      [admin, owner, 403],
      [admin, admin, 403],
      [await product.api.person(), member, 404],
    ] as const)
      expect((await by.call('put', path(who), { until })).status).toBe(status);
    for (const wrong of [{}, { until: null }, { until: -1 }, { until, reason: '' }])
      expect((await owner.call('put', path(member), wrong)).status).toBe(400);
  });

  it('the server API cannot send as a muted member, but can send as the system', async () => {
    const { owner, member, group } = await makeGroup();
    await mute(owner, group, member, later());
    const send = (from: number | string, ref: string) =>
      product.call('post', '/messages', { from, to: group, ref, body: { type: 'text', text: 'hi' } });
    expect(await send(member.id, 'r1')).toMatchObject({ status: 403, body: { code: 'muted' } });
    expect((await send('system', 'r2')).status).toBe(201);
    await mute(owner, group, member, null);
    expect((await send(member.id, 'r1')).status).toBe(201);
  });
});
