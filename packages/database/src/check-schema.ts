import { sql } from 'kysely';
import { migrations } from './migrations/index.ts';
import type { Database } from './open-database.ts';

/** The database is older than this code. */
export class SchemaTooOld extends Error {
  override name = 'SchemaTooOld';
}

/** Resolves if the database has every migration this code knows (a newer one is welcome: rollouts migrate first). Throws {@link SchemaTooOld} otherwise. */
export async function checkSchema(db: Database): Promise<void> {
  const { rows: tables } = await sql<{
    found: boolean;
  }>`select to_regclass('kysely_migration') is not null as found`.execute(db);
  const { rows } = tables[0]?.found
    ? await sql<{ name: string }>`select name from kysely_migration`.execute(db)
    : { rows: [] };
  const applied = new Set(rows.map((row) => row.name));
  const missing = Object.keys(migrations).filter((name) => !applied.has(name));
  if (missing.length > 0) {
    throw new SchemaTooOld(`the database lacks ${missing.join(', ')}: run "parley migrate" before this version starts`);
  }
}
