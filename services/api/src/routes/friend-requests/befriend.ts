import { bumpPermits, type Database } from '@parley/database';
import type { ApiConfig } from '../../config.ts';
import type { Notify } from '../../events/notice.ts';
import { Refusal } from '../../http/refusal.ts';
import { decidePending } from '../../queries/friend-requests.ts';
import { countFriends, insertFriendship } from '../../queries/friendships.ts';

/**
 * Makes the caller and the sender of a friend request friends. The transaction must have locked
 * both users. Marks the requests in both directions as accepted.
 */
export async function befriend(
  tx: Database,
  notify: Notify,
  { limits }: ApiConfig,
  me: number,
  other: number,
): Promise<void> {
  await bumpPermits(tx, [me, other]);
  for (const user of [me, other]) {
    if ((await countFriends(tx, user)) < limits.friends) continue;
    throw new Refusal('conflict', `${user === me ? 'You have' : 'They have'} the maximum number of friends.`);
  }
  await decidePending(tx, other, me, 'accepted');
  await decidePending(tx, me, other, 'accepted');
  await insertFriendship(tx, me, other);
  notify({
    copies: [me, other],
    forget: [me, other],
    events: [
      { users: [other], event: { kind: 'friend', user: me, change: 'accepted' } },
      { users: [me], event: { kind: 'friend', user: other, change: 'accepted' } },
    ],
  });
}
