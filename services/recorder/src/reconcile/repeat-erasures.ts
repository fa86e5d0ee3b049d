import type { Database } from '@parley/database';

/**
 * Makes the api erase deleted accounts again, because the restored store might contain messages
 * that had already been erased.
 */
export async function repeatErasures(db: Database): Promise<void> {
  const erased = await db.selectFrom('users').select('id').where('erased', 'is not', null).execute();
  const now = Date.now();
  const notices = erased.map(({ id }) => ({ due: now, notice: JSON.stringify({ erase: { user: id, at: now } }) }));
  if (notices.length > 0) await db.insertInto('outbox').values(notices).execute();
}
