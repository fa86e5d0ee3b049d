import { sql } from 'kysely';
import { LAST_KYSELY_MIGRATION, migrations } from './migrations/index.ts';
import type { Database } from './open-database.ts';

/** Thrown if the database schema is older than this release requires. */
export class SchemaTooOld extends Error {
  override name = 'SchemaTooOld';
}

/** Thrown if the database schema is newer and this release cannot run on it. */
export class SchemaTooNew extends Error {
  override name = 'SchemaTooNew';
}

/**
 * Resolves if the database has every migration of this release. Accepts migrations of later
 * releases, because a rollout runs the new migrations before it replaces the services. Throws
 * {@link SchemaTooNew} if one of those migrations requires a later release. Throws {@link
 * SchemaTooOld} if a migration of this release is missing.
 */
export async function checkSchema(db: Database): Promise<void> {
  const missing = await missingMigrations(db);
  if (missing.length > 0) {
    throw new SchemaTooOld(`The database lacks ${missing.join(', ')}. Run "migrate" of this release first.`);
  }
  const newest = Object.keys(migrations).at(-1) ?? LAST_KYSELY_MIGRATION;
  const { rows } = await sql<{ name: string; oldest: string }>`
    select name, oldest from schema_migrations where oldest > ${newest}`.execute(db);
  if (rows[0]) {
    const { name, oldest } = rows[0];
    throw new SchemaTooNew(
      `The database has ${name}, which needs a release that knows ${oldest}. Start a newer release.`,
    );
  }
}

/** Returns the names of the migrations of this release that the database lacks. */
export async function missingMigrations(db: Database): Promise<string[]> {
  const applied = new Set([
    ...(await readNames(db, 'kysely_migration')),
    ...(await readNames(db, 'schema_migrations')),
  ]);
  return Object.keys(migrations).filter((name) => !applied.has(name));
}

async function readNames(db: Database, table: 'kysely_migration' | 'schema_migrations'): Promise<string[]> {
  const { rows } = await sql<{ found: boolean }>`select to_regclass(${table}) is not null as found`.execute(db);
  if (!rows[0]?.found) return [];
  return (await sql<{ name: string }>`select name from ${sql.table(table)}`.execute(db)).rows.map(({ name }) => name);
}
