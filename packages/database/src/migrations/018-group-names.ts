import { type Kysely, sql } from 'kysely';
import { createIndex } from './create-index.ts';

export const concurrent = true;

/**
 * Allows several groups to have the same name, because rejecting a name reveals that a group with
 * this name exists. The api compares names only if `UNIQUE_GROUP_NAMES` is set. A service of the
 * previous release also accepts equal names while it runs on this schema.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createIndex(db, 'groups_by_name', 'groups', '(lower(normalize(name, NFKC))) where dissolved is null');
  await sql.raw('drop index concurrently if exists groups_name').execute(db);
}
