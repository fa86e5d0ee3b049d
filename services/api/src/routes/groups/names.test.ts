import type { Group, Problem } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;
let ann: Person;
let ben: Person;
let carl: Person;
let count = 0;

beforeAll(async () => {
  api = await TestApi.start({ UNIQUE_GROUP_NAMES: 'true' });
  [ann, ben, carl] = await api.people();
});
afterAll(() => api[Symbol.asyncDispose]());

const create = (person: Person, name: string) => person.call<Group & Problem>('post', '/v1/groups', { name });
const newName = () => `group ${++count}`;

describe('with UNIQUE_GROUP_NAMES, a group', () => {
  it.each([
    ['Straße', 'STRASSE', 201],
    ['Ärger', 'ärger', 409],
    ['Ｆｕｌｌ', 'full', 409],
    ['Ω team', 'Ω TEAM', 409],
    ['e\u0301tude', '\u00c9TUDE', 409],
  ])('with UNIQUE_GROUP_NAMES and a group %s, creating a group %s responds %i', async (first, second, status) => {
    expect((await create(ann, first)).status).toBe(201);
    const answer = await create(ben, second);
    expect(answer.status).toBe(status);
    if (status === 409) expect(answer.body).toMatchObject({ code: 'conflict', errors: [{ path: 'name' }] });
  });

  it('with UNIQUE_GROUP_NAMES, concurrent requests with one name create one group', async () => {
    const name = newName();
    const answers = await Promise.all([ann, ben, carl, ann, ben].map((person) => create(person, name)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it("with UNIQUE_GROUP_NAMES, a group can change the case of its name but cannot use another group's name", async () => {
    const [one, two] = [(await create(ann, newName())).body, (await create(ann, newName())).body];
    const taken = await ann.call<Problem>('patch', `/v1/groups/${two.id}`, { name: one.name.toUpperCase() });
    expect([taken.status, taken.body.code, taken.body.errors?.[0]?.path]).toEqual([409, 'conflict', 'name']);
    expect((await ann.call('patch', `/v1/groups/${one.id}`, { name: one.name.toUpperCase() })).status).toBe(200);
  });
});
