import type { Group } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../test/test-api.ts';

let api: TestApi;
let ann: Person;
let ben: Person;
let others: Person[];
beforeAll(async () => {
  api = await TestApi.start({ SEND_POLICY: 'anyone', FAN_OUT_PER_MINUTE: '40' });
  [ann, ben, ...others] = await Promise.all(
    Array.from({ length: 12 }, () => api.person()) as [Promise<Person>, Promise<Person>, ...Promise<Person>[]],
  );
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
});

const rename = async (person: Person, group: Group, name: string) =>
  await person.call<{ code?: string }>('patch', `/v1/groups/${group.id}`, { name });

describe('changes that reach many users', () => {
  it('the api limits the changes of a group by the number of members that receive them', async () => {
    const members = [ben, ...others].map(({ id }) => id);
    const { body: group } = await ann.call<Group>('post', '/v1/groups', { name: 'large', members });
    await ann.call('patch', `/v1/groups/${group.id}/members/${ben.id}`, { role: 'admin' });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await rename(ann, group, `name ${i}`)).status);
    expect(statuses).toContain(429);
    const { status, headers, body } = await rename(ann, group, 'one more');
    expect([status, body.code]).toEqual([429, 'too-many']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    // Checks that nothing was changed, and that another admin has a separate limit.
    expect((await ann.get<Group>(`/v1/groups/${group.id}`)).body.name).not.toBe('one more');
    expect((await rename(ben, group, 'by ben')).status).toBe(200);
  });

  it('the api does not limit changes that reach few users, and always permits deleting an account', async () => {
    const { body: group } = await ann.call<Group>('post', '/v1/groups', { name: 'small', members: [ben.id] });
    for (let i = 0; i < 30; i += 1) expect((await rename(ann, group, `name ${i}`)).status).toBe(200);
    const { status } = await ann.call('delete', '/v1/me', { password: 'correct horse' });
    expect(status).toBeLessThan(300);
  });

  it('the api limits profile changes of a user with many friends', async () => {
    for (const friend of others) await ben.befriend(friend);
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await ben.call('patch', '/v1/me', { sign: `${i}` })).status);
    expect(statuses[0]).toBe(200);
    expect(statuses).toContain(429);
  });
});
