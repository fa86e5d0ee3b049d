import { type Database, readInstallation } from '@parley/database';
import { type RedisConnection, readMarks } from '@parley/redis';
import { compareStores } from '@parley/service';
import { type Check, failed, ok, warning } from './check.ts';

/**
 * Checks whether Redis and PostgreSQL belong to the same installation, and whether one of them was
 * restored from a backup without the other.
 */
export async function checkStores(db: Database, redis: RedisConnection): Promise<Check[]> {
  // Reads the progress mark (a counter that both stores contain) from Redis first, because
  // processes increment the mark in PostgreSQL first.
  const marks = await readMarks(redis);
  const database = await readInstallation(db);
  const found = compareStores(database, marks);
  if (found.state === 'mismatch') return [failed('stores', `${found.reason}. Run "reconcile" of the recorder`)];
  if (found.state === 'empty')
    return [warning('stores', 'Redis is new or lost its data: the api and the recorder give it the installation id')];
  return [ok('stores', `Redis and PostgreSQL belong to installation ${database.installation}`)];
}
