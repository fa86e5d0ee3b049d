import type { Database } from '@parley/database';
import { sql } from 'kysely';

/**
 * Locks users until the transaction ends, so that what concerns the same ones happens one after the other; answers whether all of
 * them exist, none deleted. In ascending order, so that two transactions do not wait for each other.
 */
export async function lockUsers(tx: Database, ids: readonly number[]): Promise<boolean> {
  const { rows } = await sql`
    select from users where id = any(${ids}::bigint[]) and erased is null order by id for no key update`.execute(tx);
  return rows.length === new Set(ids).size;
}
