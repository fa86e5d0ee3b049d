import { type Database, readPermits } from '@parley/database';
import { hasOldRecorder, type RedisConnection, readMembers, writeNotice, writePermits } from '@parley/redis';
import type { ApiConfig } from '../config.ts';
import { isGroupNoticeRecorded } from '../queries/group-notices.ts';
import type { Notice } from './notice.ts';

/**
 * Writes the notices of a change into the affected groups. Must run after the events of the change
 * were delivered. Idempotent. No-op if group notices are off, or while a recorder of an older
 * version runs, which would count notices as unread.
 */
export async function writeGroupNotices(
  { db, redis, config }: GroupNoticeDeps,
  { groupNotices = [], date = Date.now() }: Notice,
): Promise<void> {
  if (!config.groupNotices || groupNotices.length === 0 || (await hasOldRecorder(redis))) return;
  const recorded = config.history === 'mirror';
  for (const { group, ref, body } of groupNotices) {
    // Checks PostgreSQL if the notice waited long, because Redis might have evicted its idempotency
    // key.
    const isLate = Date.now() - date > redis.refWindow / 2;
    if (recorded && isLate && (await isGroupNoticeRecorded(db, group, ref, date))) continue;
    const members = await membersOf(db, redis, group);
    if (members.length > 0) await writeNotice(redis, { group, members, ref, body, recorded });
  }
}

/**
 * Returns the members of a group. If Redis lacks the members, first copies them from PostgreSQL.
 */
async function membersOf(db: Database, redis: RedisConnection, group: number): Promise<number[]> {
  const members = await readMembers(redis, group);
  if (members.length > 0) return members;
  await writePermits(redis, group, await readPermits(db, group));
  return await readMembers(redis, group);
}

export interface GroupNoticeDeps {
  db: Database;
  redis: RedisConnection;
  config: Pick<ApiConfig, 'groupNotices' | 'history'>;
}
