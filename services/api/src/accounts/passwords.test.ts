import { openDatabase } from '@parley/database';
import { testDatabase } from '@parley/stack/test';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { password, TestApi } from '../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start({ ARGON2_TIME: '2' });
});
afterAll(() => api[Symbol.asyncDispose]());

it('a sign-in after a change of ARGON2_* rehashes the password with the new parameters', async () => {
  const { Passwords } = await import('./passwords.ts');
  const ann = await api.person();
  const cost = { memory: 8192, time: 1, parallelism: 1 };
  const old = new Passwords({ db: api.db, cost, minScore: 0, secret: 'x' });
  const hashOf = async () =>
    (await api.db.selectFrom('users').select('password_hash').where('id', '=', ann.id).executeTakeFirst())
      ?.password_hash;
  await api.db
    .updateTable('users')
    .set({ password_hash: await old.hash(password) })
    .where('id', '=', ann.id)
    .execute();
  expect(await hashOf()).toContain('t=1');
  const body = { username: ann.session.user.username, password };
  expect((await api.call('post', '/v1/sessions', { body })).status).toBe(201);
  expect(await hashOf()).toContain('t=2');
  expect((await api.call('post', '/v1/sessions', { body })).status).toBe(201);
});

it('checking an unknown username costs as much as checking an existing username', async () => {
  await using db = openDatabase({ url: await testDatabase(), maxConnections: 1 });
  const { Passwords } = await import('./passwords.ts');
  const at = (time: number) => ({ memory: 8192, time, parallelism: 1 });
  const passwords = new Passwords({ db, cost: at(3), minScore: 0, secret: 'x' });
  for (let i = 0; i < 40; i += 1) {
    const hash = await new Passwords({ db, cost: at(i % 2 === 0 ? 1 : 2), minScore: 0, secret: 'x' }).hash('anything');
    await db
      .insertInto('users')
      .values({ username: `user-${i}`, name: 'x', password_hash: hash })
      .execute();
  }
  const names = Array.from({ length: 40 }, (_, i) => `nobody-${i}`);
  const costs = async () => await Promise.all(names.map((name) => passwords.decoyOf(name)));
  const first = (await costs()).map((hash) => /t=(\d)/.exec(hash)?.[1]);
  expect(new Set(first)).toEqual(new Set(['1', '2']));
  expect((await costs()).map((hash) => /t=(\d)/.exec(hash)?.[1])).toEqual(first);
});
