import type { Connection } from '../open-database.ts';
import type { Copy } from './apply-change.ts';
import type { PinEntry } from './entry.ts';

/**
 * Stores whether a message is pinned, in each copy. The newest change of a message's pin wins. At
 * the same date, the removal wins. The message itself may be recorded later.
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
