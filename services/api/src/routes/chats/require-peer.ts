import type { Database } from '@parley/database';
import { Refusal } from '../../http/refusal.ts';
import { getUser } from '../../queries/users.ts';

/** Refuses what is nobody's id. A chat that nobody opened yet is no reason: its first message may not be recorded yet. */
export async function requirePeer(db: Database, peer: number): Promise<void> {
  if ((await getUser(db, peer)) === undefined) throw new Refusal('not-found', 'There is no such user.');
}
