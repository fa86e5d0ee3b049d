import { firstMessageId } from '@parley/protocol';
import { CompiledQuery } from 'kysely';
import type { Connection, Database } from './open-database.ts';

/**
 * Notes in the caller's transaction that messages carry media, so that whoever has the message sees the media. A share holds only if
 * its sender sees the media too: sending the id of somebody else's media shows nothing to anybody.
 *
 * What a sender got may be recorded after what they sent on, by another recorder. So a share that does not hold yet waits for some
 * minutes, and is looked at again when the same media is shared anew.
 */
export async function shareMedia(connection: Connection, shares: readonly MediaShare[], now: number): Promise<void> {
  if (shares.length === 0) return;
  const media = [...new Set(shares.map((share) => share.media))];
  // Shared while it is about to be removed for not having been: either waits for the other.
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

/** Grants the shares of a media that waited for what was recorded meanwhile. Answers whether there were any. */
export async function grantWaiting(db: Database, media: number, now: number): Promise<boolean> {
  const values = [[media], firstMessageId(now - waitMs)];
  const { numAffectedRows = 0n } = await db.executeQuery(CompiledQuery.raw(grant, values));
  return numAffectedRows > 0n;
}

/** How long a share waits for its sender to see the media, in ms. */
const waitMs = 600_000;

/** How often something may be sent on before the first of it is recorded. */
const longestChain = 8;

const lock = 'select id from media where id = any($1::bigint[]) order by id for key share';

const insert = `
  insert into media_shares (owner_id, media_id, peer_id, message_id, sender_id, granted)
  select d.owner_id, d.media_id, d.peer_id, d.message_id, d.sender_id, m.owner_id = d.sender_id
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
    as d (owner_id, media_id, peer_id, message_id, sender_id)
  join media m on m.id = d.media_id
  on conflict do nothing`;

// By sender, not by share: however often one sends what they do not see, they are looked at once.
const grant = `
  with senders as materialized (
    select distinct media_id, sender_id from media_shares
    where media_id = any($1::bigint[]) and not granted and message_id > $2)
  update media_shares s set granted = true
  from senders d
  where s.media_id = d.media_id and s.sender_id = d.sender_id and not s.granted and s.message_id > $2
    and sees_media(d.sender_id, d.media_id)`;

/** A message in one owner's copy; a group's copy has the group for owner and peer. */
export interface MediaShare {
  owner: number;
  peer: number;
  message: number;
  sender: number;
  media: number;
}
