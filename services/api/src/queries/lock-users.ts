import type { Database } from '@parley/database';
import { sql } from 'kysely';

/**
 * Locks users until the transaction ends, so that concurrent changes of the same users run one
 * after the other. Returns whether all of the users exist. Locks in ascending order of ids, which
 * prevents deadlocks.
 */
export async function lockUsers(tx: Database, ids: readonly number[]): Promise<boolean> {
  const { rows } = await sql`
    select from users where id = any(${ids}::bigint[]) and erased is null order by id for no key update`.execute(tx);
  return rows.length === new Set(ids).size;
}
