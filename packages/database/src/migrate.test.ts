import { testDatabase } from '@parley/stack/test';
import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { checkSchema, SchemaTooOld } from './check-schema.ts';
import { dumpSchema } from './dump-schema.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openDatabase } from './open-database.ts';

describe('migrate', () => {
  it('runs each migration once when several processes start at once', async () => {
    const url = await emptyDatabase();
    const ran = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    expect(ran.flat()).toEqual(Object.keys(migrations));
    expect(await migrate(url)).toEqual([]);
  });

  it('yields the schema that is committed in schema.sql (vitest -u writes it)', async () => {
    await using db = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    await expect(await dumpSchema(db)).toMatchFileSnapshot('../schema.sql');
  });

  it('numbers users and groups from one sequence', async () => {
    await using db = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    const user = await db
      .insertInto('users')
      .values({ username: 'a', name: 'A' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const group = await db
      .insertInto('groups')
      .values({ name: 'g', owner_id: user.id })
      .returning('id')
      .executeTakeFirstOrThrow();
    expect([user.id, group.id]).toEqual([100_001, 100_002]);
  });
});

describe('checkSchema', () => {
  it('accepts the newest schema and one newer still', async () => {
    await using db = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    await expect(checkSchema(db)).resolves.toBeUndefined();
    await sql`insert into kysely_migration (name, timestamp) values ('999-later', 'now')`.execute(db);
    await expect(checkSchema(db)).resolves.toBeUndefined();
  });

  it('refuses an older one, and a database never migrated, naming what is missing', async () => {
    await using old = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    await sql`delete from kysely_migration where name = '001-initial'`.execute(old);
    await expect(checkSchema(old)).rejects.toThrow(/lacks 001-initial.*parley migrate/);
    await using empty = openDatabase({ url: await emptyDatabase(), maxConnections: 1 });
    await expect(checkSchema(empty)).rejects.toThrow(SchemaTooOld);
  });
});

describe('openDatabase', () => {
  it('reads bigint as exact numbers and refuses what is none', async () => {
    await using db = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    const { rows } =
      await sql`select 9007199254740991::bigint as one, '{1,-2}'::bigint[] as many, '{}'::bigint[] as none`.execute(db);
    expect(rows).toEqual([{ one: Number.MAX_SAFE_INTEGER, many: [1, -2], none: [] }]);
    await expect(sql`select 9007199254740992::bigint`.execute(db)).rejects.toThrow(/not exact/);
  });
});

let count = 0;

async function emptyDatabase(): Promise<string> {
  const server = inject('postgres');
  const client = new pg.Client(server);
  await client.connect();
  const name = `empty_${process.pid}_${Date.now()}_${++count}`;
  await client.query(`create database ${name}`);
  await client.end();
  return new URL(`/${name}`, server).href;
}
