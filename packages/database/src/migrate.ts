import { Migrator, sql } from 'kysely';
import { migrations } from './migrations/index.ts';
import { openDatabase } from './open-database.ts';

/** `parley` in hexadecimal: the advisory lock of migrations. */
const LOCK = 0x7061726c6579;

/**
 * Brings the database to the newest schema; does nothing if it is there. Resolves with the names of the migrations it
 * ran. Several processes may call it at once: one works, the others wait and then find nothing to do. Throws what a
 * failed migration threw; the database is then as it was before that call.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  await using db = openDatabase({ url: databaseUrl, maxConnections: 2, name: 'parley-migrate' });
  return await db.transaction().execute(async (lock) => {
    // Held until this transaction ends; Kysely's own lock comes only after it created its tables, which two at once would trip over.
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(lock);
    const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
    const { error, results } = await migrator.migrateToLatest();
    if (error) throw error;
    return (results ?? []).map((result) => result.migrationName);
  });
}
