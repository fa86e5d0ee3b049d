import type { Connection } from '../open-database.ts';
import { bigints } from './binary-array.ts';

/**
 * Deletes all messages of dissolved groups, with their shares, pins and deferred changes. The
 * groups' rows must be locked, so that a group is dissolved either before this batch, which purges
 * it, or after it, when the api purges it.
 */
export async function purgeGroups(connection: Connection, groups: readonly number[]): Promise<void> {
  if (groups.length === 0) return;
  for (const table of ['messages', 'media_shares', 'early_changes', 'pins']) {
    const text = `delete from ${table} where owner_id = any($1::bigint[]) and peer_id = owner_id`;
    await connection.query(text, [bigints(groups)]);
  }
}
