import { checkSchema, type Database, missingMigrations, readDatabaseClock } from '@parley/database';
import { attempt, type Check, failed, ok, warnings } from './check.ts';
import { checkClock, clockDifference } from './check-clock.ts';
import { readServer } from './database-queries.ts';

/** Oldest version of PostgreSQL on which the migrations run. */
const MIN_VERSION = 15;

/**
 * Checks the PostgreSQL server and the version of its schema.
 *
 * @param upgrade whether missing migrations are expected, because they have not run yet
 */
export async function checkPostgres(db: Database, upgrade: boolean): Promise<Check[]> {
  const { version, text, off } = await readServer(db);
  const name = 'postgresql';
  if (version < MIN_VERSION * 10_000)
    return [failed(name, `PostgreSQL is version ${text}. Parley needs ${MIN_VERSION} or newer`)];
  const problems = off.map(
    (setting) => `PostgreSQL has ${setting} off: a crash of its machine loses recorded messages`,
  );
  return [
    ...warnings(name, problems, `PostgreSQL ${text} keeps what it has committed`),
    ...(await attempt('migrations', async () => {
      const missing = upgrade ? await missingMigrations(db) : [];
      if (missing.length > 0) return [ok('migrations', `The upgrade will run ${missing.join(', ')}`)];
      await checkSchema(db);
      return [ok('migrations', 'Every migration of this version is applied')];
    })),
    checkClock('postgresql clock', 'PostgreSQL', await clockDifference(() => readDatabaseClock(db))),
  ];
}
