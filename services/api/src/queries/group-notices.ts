import type { Database } from '@parley/database';
import { firstMessageId } from '@parley/protocol';

/** Ms by which the clocks of the api and of Redis may differ. */
const CLOCK_SKEW_MS = 600_000;

/**
 * Returns whether a notice of a group is recorded.
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
