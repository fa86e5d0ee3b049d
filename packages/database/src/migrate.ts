import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, Migrator, sql, type Transaction } from 'kysely';
import { LAST_KYSELY_MIGRATION, type Migration, migrations } from './migrations/index.ts';
import { openDatabase } from './open-database.ts';

/**
 * Key of PostgreSQL's advisory lock that allows one migrating process at a time: `parley` in
 * hexadecimal.
 */
const LOCK = 0x7061726c6579;

/** Ms between two attempts to get the advisory lock or a table lock. */
const RETRY_DELAY_MS = 250;

/**
 * Ms for which a migration waits for a table lock. While a migration waits, it blocks the queries
 * of services, but no longer than this.
 */
const LOCK_TIMEOUT_MS = 2000;

/**
 * Migrates the database to the newest schema of this release. No-op if it has this schema or that
 * of a later release. Resolves with the names of the migrations it ran. Several processes can call
 * it at the same time: one migrates, and the others wait. If a migration cannot lock a table within
 * 2 s, it stops waiting, so that blocked queries of services continue, and then retries, without a
 * deadline. If a migration fails, its transaction is rolled back and its error is thrown.
 *
 * @param known the migrations of this release
 */
export async function migrate(databaseUrl: string, known = migrations): Promise<string[]> {
  await using database = openDatabase({ url: databaseUrl, maxConnections: 2, name: 'parley-migrate' });
  // Declares no table types, because old migrations must still compile after the types have
  // changed.
  const db = database as unknown as Kysely<unknown>;
  return await db.transaction().execute(async (lock) => {
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(lock);
    await acquireLock(lock);
    const ran = await runKyselyMigrations(db, known);
    await sql`create table if not exists schema_migrations (
      name text primary key, applied timestamptz not null default now(), oldest text)`.execute(db);
    for (const [name, migration] of Object.entries(known)) {
      if (name > LAST_KYSELY_MIGRATION && (await run(db, name, migration))) ran.push(name);
    }
    return ran;
  });
}

/**
 * Waits for the advisory lock by polling. A statement that waits inside PostgreSQL would keep a
 * snapshot, and the migrations' concurrent index builds wait until older snapshots end. The polling
 * statement has no parameters, because with parameters its portal would keep a snapshot until the
 * transaction ends.
 */
async function acquireLock(lock: Transaction<unknown>): Promise<void> {
  for (;;) {
    const attempt = sql.raw<{ locked: boolean }>(`select pg_try_advisory_xact_lock(${LOCK}) as locked`);
    if ((await attempt.execute(lock)).rows[0]?.locked) return;
    await sleep(RETRY_DELAY_MS);
  }
}

async function runKyselyMigrations(db: Kysely<unknown>, known: Readonly<Record<string, Migration>>): Promise<string[]> {
  const first = Object.fromEntries(Object.entries(known).filter(([name]) => name <= LAST_KYSELY_MIGRATION));
  const migrator = new Migrator({ db, provider: { getMigrations: async () => first } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error;
  return (results ?? []).map((result) => result.migrationName);
}

/** Runs a migration unless it was already applied. Returns whether it ran. */
async function run(db: Kysely<unknown>, name: string, migration: Migration): Promise<boolean> {
  const applied = await sql`select from schema_migrations where name = ${name}`.execute(db);
  if (applied.rows.length > 0) return false;
  const apply = async (connection: Kysely<unknown>) => {
    await sql.raw(`set lock_timeout = ${LOCK_TIMEOUT_MS}`).execute(connection);
    await sql`set statement_timeout = 0`.execute(connection);
    await migration.up(connection);
    await sql`insert into schema_migrations (name, oldest) values (${name}, ${migration.oldest ?? null})`.execute(
      connection,
    );
  };
  for (;;) {
    try {
      if (migration.concurrent) await db.connection().execute(apply);
      else await db.transaction().execute(apply);
      return true;
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      await sleep(RETRY_DELAY_MS);
    }
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55P03';
}
