import type { Connection } from '../open-database.ts';
import type { Copy } from './apply-change.ts';
import type { PinEntry } from './entry.ts';

/**
 * Stores in each copy of a conversation whether a message is pinned. The latest pin or unpin of a
 * message wins. If both have the same date, the unpin wins. The message itself might be recorded
 * later.
 */
export async function writePins(connection: Connection, pin: PinEntry, copies: readonly Copy[]): Promise<void> {
  for (const { owner, peer } of copies)
    await connection.query(upsert, [owner, peer, pin.id, pin.user, pin.date, pin.active]);
}

const upsert = `
  insert into pins as p (owner_id, peer_id, id, user_id, date, active) values ($1, $2, $3, $4, $5, $6)
  on conflict (owner_id, peer_id, id)
  do update set user_id = excluded.user_id, date = excluded.date, active = excluded.active
  where (p.date, not p.active) < (excluded.date, not excluded.active)`;
