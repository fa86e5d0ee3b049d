import { type Kysely, sql } from 'kysely';
import { createIndex } from './create-index.ts';

export const concurrent = true;

/**
 * Lets groups have the same name: a refusal would reveal that a group exists. The api compares
 * names if `UNIQUE_GROUP_NAMES` is set. A service of the previous release that runs at the same
 * time also accepts equal names.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createIndex(db, 'groups_by_name', 'groups', '(lower(normalize(name, NFKC))) where dissolved is null');
  await sql.raw('drop index concurrently if exists groups_name').execute(db);
}
