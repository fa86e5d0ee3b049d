import { createHash } from 'node:crypto';
import type { Group, Message, Problem, Report } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedMessages } from '../../../test/seed.ts';
import { type Product, startServerApi } from '../../../test/server-api.ts';
import type { Person } from '../../../test/test-api.ts';
import type { ServerReport } from '../../queries/reports.ts';

let product: Product;

beforeAll(async () => {
  product = await startServerApi({ REPORTS_PER_MINUTE: '5' });
});
afterAll(() => product[Symbol.asyncDispose]());

const report = (by: Person, body: object) =>
  by.call<Report & Problem>('post', '/v1/reports', { reason: 'spam', ...body });
const list = async (query = '') =>
  (await product.call<{ items: ServerReport[]; next: string | null }>('get', `/reports${query}`)).body;
const change = (id: number, body: object) => product.call<ServerReport>('patch', `/reports/${id}`, body);
const groupOf = async (owner: Person, ...members: Person[]) => {
  for (const member of members) await owner.befriend(member);
  const name = `reports ${owner.id}`;
  return (await owner.call<Group>('post', '/v1/groups', { name, members: members.map(({ id }) => id) })).body.id;
};

describe('reporting', () => {
  it('moderators see the report about a user', async () => {
    const [ann, ben] = await product.api.people();
    const { status, body } = await report(ann, { user: ben.id, reason: 'fraud', text: ' asks for money ' });
    expect(status).toBe(201);
    const own = { kind: 'user', user: ben.id, group: null, message: null, reason: 'fraud', text: 'asks for money' };
    expect(body).toEqual({ ...own, id: expect.any(Number), state: 'open', created: expect.any(Number) });
    expect((await list()).items[0]).toEqual({ ...body, reporter: ann.id, note: '', updated: body.created });
  });

  it('the api rejects an invalid report with an error that contains the field', async () => {
    const [ann, ben] = await product.api.people();
    for (const [body, path] of [
      [{ user: 'x' }, 'user'],
      [{ user: ben.id, reason: 'boredom' }, 'reason'],
      [{ user: ben.id, group: 1 }, 'group'],
      [{ chat: ben.id, message: -1 }, 'message'],
    ] as const) {
      const { status, body: problem } = await report(ann, body);
      expect([status, problem.errors?.map((error) => error.path)]).toEqual([400, [path]]);
      expect(problem.detail).toMatch(new RegExp(`^${path}: `));
    }
  });

  it('a report keeps a copy of the reported message even after the message is deleted', async () => {
    const [ann, ben] = await product.api.people();
    const [id = 0] = await seedMessages(product.api.db, [{ from: ben.id, to: ann.id, text: 'rude' }]);
    expect(await report(ann, { chat: ben.id, message: id })).toMatchObject({
      status: 201,
      body: { kind: 'message', user: ben.id, group: null, message: id },
    });
    await product.api.db.deleteFrom('messages').where('id', '=', id).execute();
    const message: Partial<Message> = { id, from: ben.id, body: { type: 'text', text: 'rude' } };
    expect((await list('?state=open')).items[0]).toMatchObject({ user: ben.id, message });
  });

  it('only members can report a group', async () => {
    const [ann, ben, carl] = await product.api.people();
    const group = await groupOf(ann, ben);
    expect(await report(ben, { group })).toMatchObject({ status: 201, body: { kind: 'group', user: null, group } });
    expect((await report(carl, { group })).status).toBe(404);
  });

  it('the api rejects a report about oneself or about a target that the reporter cannot see', async () => {
    const [ann, ben, carl] = await product.api.people();
    const texts = [{ from: ben.id, to: carl.id, text: 'private' }];
    const [foreign = 0] = await seedMessages(product.api.db, texts);
    expect((await report(ann, { chat: ben.id, message: foreign })).status).toBe(404);
    expect((await report(ann, { user: 7 })).status).toBe(404);
    expect((await report(ann, { user: ann.id })).status).toBe(409);
    expect((await report(ben, { chat: carl.id, message: foreign })).status).toBe(409);
  });

  it.each([
    {},
    { user: 1, group: 2 },
    { chat: 1 },
    { message: 1 },
    { user: -1 },
    { user: 1, reason: 'boring' },
    { user: 1, text: 'x'.repeat(1001) },
    { user: 1, text: 'a\u202eb' },
    { user: 1, state: 'closed' },
  ])('the api rejects %j as a report', async (body) => {
    const ann = await product.api.person();
    expect((await report(ann, body)).status).toBe(400);
  });

  it('a user cannot report the same target again until the report is closed', async () => {
    const [ann, ben, carl] = await product.api.people();
    const [first, second] = await Promise.all([report(ann, { user: ben.id }), report(ann, { user: ben.id })]);
    expect([first.status, second.status].sort()).toEqual([201, 409]);
    expect((await report(carl, { user: ben.id })).status).toBe(201);
    await change([first, second].find(({ status }) => status === 201)?.body.id ?? 0, { state: 'closed' });
    expect((await report(ann, { user: ben.id })).status).toBe(201);
  });

  it('the api limits the reports of a user per minute', async () => {
    const ann = await product.api.person();
    for (let i = 0; i < 5; i += 1) expect((await report(ann, { user: 7 })).status).toBe(404);
    expect(await report(ann, { user: 7 })).toMatchObject({ status: 429, body: { code: 'too-many' } });
  });
});

describe('moderators', () => {
  it('moderators close and reopen a report with a note', async () => {
    const [ann, ben] = await product.api.people();
    const { body } = await report(ann, { user: ben.id });
    expect(await change(body.id, { state: 'closed', note: 'warned' })).toMatchObject({
      status: 200,
      body: { id: body.id, state: 'closed', note: 'warned' },
    });
    expect((await list('?state=open')).items.map(({ id }) => id)).not.toContain(body.id);
    expect((await list('?state=closed')).items.map(({ id }) => id)).toContain(body.id);
    expect((await report(ann, { user: ben.id })).status).toBe(201);
    expect((await change(body.id, { state: 'open' })).status).toBe(409);
    expect((await change(7, { state: 'open' })).status).toBe(404);
    for (const odd of [{}, { state: 'gone' }, { note: 7 }]) expect((await change(body.id, odd)).status).toBe(400);
  });

  it('moderators read reports in pages, newest first', async () => {
    const [ann, ben, carl] = await product.api.people();
    const ids = [(await report(ann, { user: ben.id })).body.id, (await report(ann, { user: carl.id })).body.id];
    const page = await list('?limit=1');
    expect(page.items.map(({ id }) => id)).toEqual([ids[1]]);
    expect((await list(`?limit=1&after=${page.next}`)).items.map(({ id }) => id)).toEqual([ids[0]]);
  });

  it('moderators need an API key with the scope `moderate`', async () => {
    const secret = 'a-secret-that-is-long-enough-for-a-key';
    const hash = createHash('sha256').update(secret).digest('hex');
    await using small = await startServerApi({ API_KEYS: `reader:${hash}:read+write` });
    expect((await small.api.call('get', '/v1/server/reports', { token: secret })).status).toBe(403);
  });
});
