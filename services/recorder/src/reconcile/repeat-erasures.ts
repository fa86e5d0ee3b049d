import type { Database } from '@parley/database';

/**
 * Has the api erase deleted accounts again: the restored store may hold messages of theirs that
 * were erased before.
 */
export async function repeatErasures(db: Database): Promise<void> {
  const erased = await db.selectFrom('users').select('id').where('erased', 'is not', null).execute();
  const now = Date.now();
  const notices = erased.map(({ id }) => ({ due: now, notice: JSON.stringify({ erase: { user: id, at: now } }) }));
  if (notices.length > 0) await db.insertInto('outbox').values(notices).execute();
}
