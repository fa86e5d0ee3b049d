import type { Kysely } from 'kysely';
import { createIndex } from './create-index.ts';

export const concurrent = true;

/** Adds an index for finding users by the beginning of their external id. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createIndex(
    db,
    'users_external_id_prefix',
    'users',
    '(external_id text_pattern_ops) where external_id is not null',
  );
}
