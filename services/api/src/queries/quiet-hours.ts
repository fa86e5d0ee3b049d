import type { Database } from '@parley/database';
import type { QuietHours } from '@parley/protocol';

/** Returns the quiet hours of a user. Null if the user has none. */
export async function getQuietHours(db: Database, user: number): Promise<QuietHours | null> {
  const row = await db.selectFrom('users').select('quiet_hours').where('id', '=', user).executeTakeFirst();
  return row?.quiet_hours ?? null;
}

/** Sets or removes the quiet hours of a user. */
export async function setQuietHours(db: Database, user: number, hours: QuietHours | null): Promise<void> {
  const quiet_hours = hours && JSON.stringify(hours);
  await db.updateTable('users').set({ quiet_hours }).where('id', '=', user).execute();
}
