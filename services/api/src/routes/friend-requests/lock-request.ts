import type { Database } from '@parley/database';
import type { FriendRequest } from '@parley/protocol';
import { Refusal } from '../../http/refusal.ts';
import { getParties } from '../../queries/friend-requests.ts';
import { lockUsers } from '../../queries/lock-users.ts';

/**
 * Locks both users of a friend request that the caller received, and returns its state. Responds
 * 404 to requests that other users received.
 */
export async function lockRequest(tx: Database, id: number, me: number): Promise<Locked> {
  const parties = await getParties(tx, id);
  if (parties?.to !== me) throw new Refusal('not-found');
  await lockUsers(tx, [parties.from, me]);
  const locked = await getParties(tx, id);
  if (locked === undefined) throw new Refusal('not-found');
  return locked;
}

interface Locked {
  from: number;
  state: FriendRequest['state'];
}
