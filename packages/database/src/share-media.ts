import { firstMessageId } from '@parley/protocol';
import { CompiledQuery } from 'kysely';
import type { Connection, Database } from './open-database.ts';

/**
 * Stores in the caller's transaction which messages contain which media files, so that the readers
 * of a message can load its files. A share is granted only if its sender has access to the file.
 * Sending the id of another user's file therefore grants nothing. Another recorder might record the
 * message that grants the sender access later. Therefore a share that is not granted stays pending
 * for 10 minutes, and is checked again when the same file is shared.
 */
export async function shareMedia(connection: Connection, shares: readonly MediaShare[], now: number): Promise<void> {
  if (shares.length === 0) return;
  const media = [...new Set(shares.map((share) => share.media))];
  // Locks the media files, so that the task that deletes unsent files does not delete them at
  // the same time.
  const { rows } = await connection.query<{ id: number }>(lock, [media]);
  if (rows.length === 0) return;
  const columns = (['owner', 'media', 'peer', 'message', 'sender'] as const).map((key) => shares.map((it) => it[key]));
  await connection.query(insert, columns);
  const found = rows.map((row) => row.id);
  for (let length = 0; length < longestChain; length += 1) {
    const { rowCount } = await connection.query(grant, [found, firstMessageId(now - waitMs)]);
    if (!rowCount) return;
  }
}

/**
 * Grants the pending shares of a media file whose senders have access to the file by now. Returns
 * whether it granted any.
 */
export async function grantWaiting(db: Database, media: number, now: number): Promise<boolean> {
  const values = [[media], firstMessageId(now - waitMs)];
  const { numAffectedRows = 0n } = await db.executeQuery(CompiledQuery.raw(grant, values));
  return numAffectedRows > 0n;
}

/** Ms for which a media share that is not granted stays pending. */
const waitMs = 600_000;

/**
 * Maximum number of times that a media file can be forwarded before the original message is
 * recorded.
 */
const longestChain = 8;

const lock = 'select id from media where id = any($1::bigint[]) order by id for key share';

const insert = `
  insert into media_shares (owner_id, media_id, peer_id, message_id, sender_id, granted)
  select d.owner_id, d.media_id, d.peer_id, d.message_id, d.sender_id, m.owner_id = d.sender_id
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
    as d (owner_id, media_id, peer_id, message_id, sender_id)
  join media m on m.id = d.media_id
  on conflict do nothing`;

// Checks the access of each sender once, even if the sender has several shares.
const grant = `
  with senders as materialized (
    select distinct media_id, sender_id from media_shares
    where media_id = any($1::bigint[]) and not granted and message_id > $2)
  update media_shares s set granted = true
  from senders d
  where s.media_id = d.media_id and s.sender_id = d.sender_id and not s.granted and s.message_id > $2
    and sees_media(d.sender_id, d.media_id)`;

/**
 * A media file in one owner's copy of a message. In a group message, `owner` and `peer` are the
 * group.
 */
export interface MediaShare {
  owner: number;
  peer: number;
  message: number;
  sender: number;
  media: number;
}
