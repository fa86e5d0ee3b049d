import { bumpPermits, type Database } from '@parley/database';
import type { Notify } from '../../events/notice.ts';
import { deleteFriendship } from '../../queries/friendships.ts';

/** Ends the friendship of two users. Returns false if they were not friends. */
export async function unfriend(tx: Database, notify: Notify, user: number, friend: number): Promise<boolean> {
  await bumpPermits(tx, [user, friend]);
  if (!(await deleteFriendship(tx, user, friend))) return false;
  notify({
    copies: [user, friend],
    fences: [[user, friend]],
    forget: [user, friend],
    events: [
      { users: [friend], event: { kind: 'friend', user, change: 'removed' } },
      { users: [user], event: { kind: 'friend', user: friend, change: 'removed' } },
    ],
  });
  return true;
}
