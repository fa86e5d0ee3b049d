import { principalDate } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { testDatabase } from '@parley/stack/test';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { checkSchema, SchemaTooNew, SchemaTooOld } from './check-schema.ts';
import { dumpSchema } from './dump-schema.ts';
import { migrate } from './migrate.ts';
import { createIndex } from './migrations/create-index.ts';
import { migrations } from './migrations/index.ts';
import { openDatabase } from './open-database.ts';

describe('migrate', () => {
  it('migrate runs each migration once when several processes start at the same time', async () => {
    const url = await emptyDatabase();
    const ran = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    expect(ran.flat()).toEqual(Object.keys(migrations));
    expect(await migrate(url)).toEqual([]);
  });

  it('migrate produces the schema that is committed in schema.sql (vitest -u writes it)', async () => {
    await using db = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    await expect(await dumpSchema(db)).toMatchFileSnapshot('../schema.sql');
  });

  it('migrate succeeds on the schema of a later release', async () => {
    const url = await emptyDatabase();
    await migrate(url, { ...migrations, '999-later': { up: async () => {} } });
    expect(await migrate(url)).toEqual([]);
    await using db = openDatabase({ url, maxConnections: 1 });
    await expect(checkSchema(db)).resolves.toBeUndefined();
  });

  it("migrate adds no migration to Kysely's table that versions before 0.1 do not know", async () => {
    await using db = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
    expect(rows.at(-1)?.name).toBe('006-push');
  });

  it('migrate waits for a table lock in short attempts, so that services can query the table', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    await using db = openDatabase({ url, maxConnections: 3 });
    const later = {
      up: (tx: Kysely<unknown>) => sql`alter table users add column later int`.execute(tx).then(() => {}),
    };
    const read = () => db.selectFrom('users').select('id').execute();
    let running = Promise.resolve<string[]>([]);
    await db.transaction().execute(async (tx) => {
      await tx.selectFrom('users').select('id').execute();
      running = migrate(url, { ...migrations, '999-later': later });
      await waitFor(async () => {
        const { rows } = await sql`
          select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(db);
        return rows.length > 0;
      });
      // Waits for the migration only until its attempt times out.
      await read();
    });
    expect(await running).toEqual(['999-later']);
  });

  it('migrate builds indexes concurrently, even on partitioned tables, and rebuilds an invalid index', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    await using db = openDatabase({ url, maxConnections: 2 });
    await sql`insert into messages (owner_id, peer_id, id, sender_id) values (1, 2, 3, 1)`.execute(db);
    await sql`update pg_index set indisvalid = false where indexrelid = 'users_name'::regclass`.execute(db);
    const up = async (connection: Kysely<unknown>) => {
      await createIndex(connection, 'messages_sender', 'messages', '(sender_id)');
      await createIndex(connection, 'users_name', 'users', '(name)');
    };
    await migrate(url, { ...migrations, '999-index': { concurrent: true, up } });
    const { rows } = await sql<{ valid: boolean }>`
      select indisvalid as valid from pg_index
      where indexrelid in ('messages_sender'::regclass, 'users_name'::regclass)`.execute(db);
    expect(rows).toEqual([{ valid: true }, { valid: true }]);
  });

  it('new ids of users and groups differ from earlier ones even if the id sequence was set back', async () => {
    await using db = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    const insert = async (username: string) =>
      await db.insertInto('users').values({ username, name: 'A' }).returning('id').executeTakeFirstOrThrow();
    const before = await insert('a');
    await sql`delete from users where id = ${before.id}`.execute(db);
    await sql`select setval('principal_id_seq', 100001, false)`.execute(db);
    const after = await insert('b');
    const group = await db
      .insertInto('groups')
      .values({ name: 'g', owner_id: after.id })
      .returning('id')
      .executeTakeFirstOrThrow();
    expect(new Set([before.id, after.id, group.id]).size).toBe(3);
    expect(principalDate(after.id)).toBeGreaterThan(Date.now() - 60_000);
    expect(principalDate(after.id)).toBeLessThan(Date.now() + 60_000);
  });

  it('the database assigns different ids to 20,000 users of one insert statement', async () => {
    await using db = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    const { numAffectedRows } = await sql`
      insert into users (username, name) select 'u' || n, 'U' from generate_series(1, 20000) n`.execute(db);
    expect(numAffectedRows).toBe(20_000n);
  });
});

describe('checkSchema', () => {
  it('checkSchema accepts the newest schema and the schema of a later release', async () => {
    await using db = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    await expect(checkSchema(db)).resolves.toBeUndefined();
    await sql`insert into schema_migrations (name) values ('999-later')`.execute(db);
    await expect(checkSchema(db)).resolves.toBeUndefined();
  });

  it('checkSchema rejects the schema of a later release if that schema requires a later release', async () => {
    await using db = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    await sql`insert into schema_migrations (name, oldest) values ('999-later', '998-before')`.execute(db);
    await expect(checkSchema(db)).rejects.toThrow(SchemaTooNew);
  });

  it('checkSchema rejects an older schema and an empty database, and its error lists the missing migrations', async () => {
    await using old = openDatabase({ url: await testDatabase(), maxConnections: 1 });
    await sql`delete from kysely_migration where name = '001-initial'`.execute(old);
    await expect(checkSchema(old)).rejects.toThrow(/lacks 001-initial.*Run "migrate"/);
    await using empty = openDatabase({ url: await emptyDatabase(), maxConnections: 1 });
    await expect(checkSchema(empty)).rejects.toThrow(SchemaTooOld);
  });
});

describe('openDatabase', () => {
  it('the database client reads bigint as exact numbers and rejects numbers above 2^53', async () => {
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
