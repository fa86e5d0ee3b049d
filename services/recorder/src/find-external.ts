import type { Database } from '@parley/database';

/** The user with an external id, or null: nobody has it, or not any more. */
export async function findExternal(db: Database, external: string): Promise<number | null> {
  const row = await db
    .selectFrom('users')
    .select('id')
    .where('external_id', '=', external)
    .where('erased', 'is', null)
    .executeTakeFirst();
  return row?.id ?? null;
}
