import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApi } from '../../test/test-api.ts';
import { listServerUsers, serverUsersQuery } from './server-users.ts';

describe('listServerUsers', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
    await sql`
      insert into users (id, external_id, username, name)
      select n, 'Ext-' || n, 'user-' || n, 'Name ' || n from generate_series(100001, 120000) as n`.execute(api.db);
    await sql`analyze users`.execute(api.db);
  });
  afterAll(() => api?.[Symbol.asyncDispose]());

  it.each([
    ['user-11111', 'USER-11111'],
    ['name 11111', 'ＮAME 11111'],
    ['Ext-11111', 'Ext-11111'],
  ])('listServerUsers finds the beginning %s by an index', async (_, q) => {
    const filter = { q, after: 0, limit: 50 };
    const found = await listServerUsers(api.db, filter);
    expect(found.map(({ id }) => id)).toEqual([
      111110, 111111, 111112, 111113, 111114, 111115, 111116, 111117, 111118, 111119,
    ]);
    const plan = JSON.stringify(await serverUsersQuery(api.db, filter).explain());
    for (const index of ['users_username_prefix', 'users_name', 'users_external_id_prefix'])
      expect(plan).toContain(`Bitmap Index Scan on ${index} `);
    expect(plan).not.toMatch(/Seq Scan|Index Scan using/);
  });

  it('listServerUsers compares the case of external ids', async () => {
    expect(await listServerUsers(api.db, { q: 'ext-11111', after: 0, limit: 50 })).toEqual([]);
  });
});
