import type { Connection } from '../open-database.ts';
import { expireUnshared } from '../retention/delete-attached.ts';
import { bigints } from './binary-array.ts';

/**
 * Deletes all messages of dissolved groups, with their media shares, pins and deferred changes.
 * Media files that no other message contains expire. The caller must hold the locks of the groups'
 * rows: a group is then dissolved either before this batch, which deletes its messages, or after
 * the batch, when the api deletes them.
 */
export async function purgeGroups(connection: Connection, groups: readonly number[]): Promise<void> {
  if (groups.length === 0) return;
  const values = [bigints(groups)];
  const owned = 'where owner_id = any($1::bigint[]) and peer_id = owner_id';
  for (const table of ['messages', 'early_changes', 'pins'])
    await connection.query(`delete from ${table} ${owned}`, values);
  const shares = `delete from media_shares ${owned} returning media_id as media`;
  const { rows } = await connection.query<{ media: number }>(shares, values);
  if (rows.length > 0) await connection.query(expireUnshared, [bigints([...new Set(rows.map((row) => row.media))])]);
}
