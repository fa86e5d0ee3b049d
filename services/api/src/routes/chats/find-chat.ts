import type { Database } from '@parley/database';
import { Refusal } from '../../http/refusal.ts';
import type { ChatKey } from '../../queries/chat-key.ts';
import { getRole } from '../../queries/group-members.ts';
import { getUser } from '../../queries/users.ts';

/**
 * Identifies the caller's chat with a user or with one of the caller's groups. Refuses ids of
 * anything else. The chat needs no row, because its first message might not be in PostgreSQL yet.
 */
export async function findChat(db: Database, owner: number, peer: number): Promise<ChatKey> {
  if ((await getUser(db, peer)) !== undefined) return { owner, peer, group: false };
  if ((await getRole(db, peer, owner)) !== undefined) return { owner, peer, group: true };
  throw new Refusal('not-found', 'No user has this id, and you are in no group with this id.');
}
