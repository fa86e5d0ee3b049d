import type { Database } from '@parley/database';

/** Returns the user with an external id. Null if no user has it or the account was deleted. */
export async function findExternal(db: Database, external: string): Promise<number | null> {
  const row = await db
    .selectFrom('users')
    .select('id')
    .where('external_id', '=', external)
    .where('erased', 'is', null)
    .executeTakeFirst();
  return row?.id ?? null;
}
