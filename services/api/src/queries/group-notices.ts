import type { Database } from '@parley/database';
import { firstMessageId } from '@parley/protocol';

/** Maximum difference in ms between the clocks of the api and of Redis. */
const CLOCK_SKEW_MS = 600_000;

/**
 * Returns whether PostgreSQL already has a notice of a group.
 *
 * @param date when the group changed, in Unix ms by the clock of the api
 */
export async function isGroupNoticeRecorded(db: Database, group: number, ref: string, date: number): Promise<boolean> {
  const row = await db
    .selectFrom('messages')
    .select('id')
    .where('owner_id', '=', group)
    .where('peer_id', '=', group)
    .where('id', '>', firstMessageId(date - CLOCK_SKEW_MS))
    .where('sender_id', '=', group)
    .where('ref', '=', ref)
    .executeTakeFirst();
  return row !== undefined;
}
