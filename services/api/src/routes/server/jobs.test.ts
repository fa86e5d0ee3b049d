import { createHash } from 'node:crypto';
import { type MessageEvent, type Problem, SYSTEM_USER } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedMessages } from '../../../test/seed.ts';
import { apiKey, Product } from '../../../test/server-api.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';

const otherKey = 'another-key-of-the-product-long-enough';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
let product: Product;
beforeAll(async () => {
  const API_KEYS = `one:${sha256(apiKey)}:read+write+tokens,two:${sha256(otherKey)}:write`;
  const env = { API_KEYS, JOB_RATE: '50', JOB_INTERVAL: '50ms', MAX_JOBS: '2', MAX_JOB_RECEIVERS: '45' };
  product = new Product(await TestApi.start(env));
});
afterAll(() => product[Symbol.asyncDispose]());

interface Job {
  id: number;
  state: string;
  total: number;
  done: number;
  failed: number;
  errors: { to: unknown; code: string }[];
}

const body = { type: 'text', text: 'hi' };
const post = (message: object, headers = {}) =>
  product.call<Job & Problem>('post', '/messages', { from: 'system', ref: 'r', body, ...message }, headers);
const get = async (id: number) => (await product.call<Job>('get', `/jobs/${id}`)).body;
const finished = async (id: number) => {
  await waitFor(async () => !['waiting', 'running'].includes((await get(id)).state), { timeout: 20_000 });
  return await get(id);
};
const received = async (person: Person) =>
  (await product.api.events(person)).filter((event): event is MessageEvent => event.kind === 'message');

describe('a message to many receivers', () => {
  it('a job sends the message once to each receiver and lists the receivers that did not get it', async () => {
    const [ann, ben, cat, dan] = await product.people('j-1', 'j-2', 'j-3', 'j-4');
    await product.call('put', '/users/j-1/friends/j-2');
    const { body: group } = await product.call<{ id: number }>('put', '/groups/jg-1', {
      ...{ name: 'Jobs', owner: 'j-1', members: ['j-4'] },
    });
    const message = { from: 'j-1', to: ['j-2', ben.id, 'j-3', 'nobody', { group: 'jg-1' }], ref: 'news' };
    const key = { 'idempotency-key': 'job-1' };
    const { status, headers, body: job } = await post(message, key);
    expect([status, job.total, job.failed]).toEqual([202, 4, 1]);
    expect(headers.get('location')).toBe(`/v1/server/jobs/${job.id}`);
    expect((await post(message, key)).body.id).toBe(job.id);
    expect(await finished(job.id)).toMatchObject({
      ...{ state: 'done', total: 4, done: 4, failed: 2 },
      errors: [
        { to: 'nobody', code: 'not-found' },
        { to: cat.id, code: 'not-friends' },
      ],
    });
    expect(await received(ben)).toMatchObject([{ from: ann.id, to: ben.id, body }]);
    expect(await received(dan)).toMatchObject([{ from: ann.id, to: group.id, body }]);
    expect(await received(cat)).toEqual([]);
    const { body: page } = await product.call<{ items: Job[] }>('get', '/jobs?limit=1');
    expect(page.items.map(({ id }) => id)).toEqual([job.id]);
  });

  it('a job whose process ended is continued by another process and sends no message twice', async () => {
    const [ann, ben, cat] = await product.people('j-5', 'j-6', 'j-7');
    // Redis still has the ref of the message to ann, while the message to ben is only in
    // PostgreSQL.
    await product.call('post', '/messages', { from: 'system', to: ann.id, ref: `again.${ann.id}`, body });
    const [recorded] = (await seedMessages(product.api.db, [{ from: SYSTEM_USER, to: ben.id, text: 'hi' }])) as [
      number,
    ];
    const { db } = product.api;
    const ref = { ref: `again.${ben.id}` };
    await db.updateTable('messages').set(ref).where('id', '=', recorded).where('owner_id', '=', SYSTEM_USER).execute();
    // Simulates a process that ends before it releases the job.
    const receivers = [ann.id, ben.id, cat.id];
    const { id } = await db
      .insertInto('jobs')
      .values({
        ...{
          key: 'one',
          state: 'running',
          from_id: SYSTEM_USER,
          ref: 'again',
          content: JSON.stringify({ body }),
          receivers,
        },
        ...{ total: 3, created: Date.now() - 60_000, leased: true, due: Date.now() },
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    expect(await finished(id)).toMatchObject({ state: 'done', done: 3, failed: 0 });
    const counts = await Promise.all([ann, ben, cat].map(async (person) => (await received(person)).length));
    expect(counts).toEqual([1, 0, 1]);
  });

  it('a canceled job stops sending; unfinished jobs per key and receivers per job are limited', async () => {
    const names = Array.from({ length: 45 }, (_, n) => `j-many-${n}`);
    const people = await product.people(...names);
    const first = await post({ to: names, ref: 'first' });
    const second = await post({ to: ['j-many-44'], ref: 'second' });
    const third = await post({ to: ['j-many-44'], ref: 'third' });
    expect([first.status, second.status, third.status, third.body.code]).toEqual([202, 202, 429, 'too-many']);
    const path = `/v1/server/jobs/${first.body.id}`;
    expect((await product.api.call('get', path, { token: otherKey })).status).toBe(404);
    expect((await product.api.call('delete', path, { token: otherKey })).status).toBe(404);
    expect((await product.call('delete', `/jobs/${first.body.id}`)).status).toBe(204);
    await finished(second.body.id);
    expect(await get(first.body.id)).toMatchObject({ state: 'canceled', total: 45 });
    const counts = await Promise.all(people.map(async (person) => (await received(person)).length));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(21);
    const tooMany = await post({ to: [...names, 'system-of-45'], ref: 'fourth' });
    expect([tooMany.status, tooMany.body.code]).toEqual([413, 'too-large']);
  });
});
