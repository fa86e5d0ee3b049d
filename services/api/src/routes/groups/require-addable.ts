import type { Database } from '@parley/database';
import type { ApiConfig } from '../../config.ts';
import { Refusal } from '../../http/refusal.ts';
import { blockersOf } from '../../queries/blocks.ts';
import { friendsAmong } from '../../queries/friendships.ts';
import { findBusy, findCrowded } from '../../queries/group-members.ts';
import { whoPermits } from '../../queries/privacy.ts';

/**
 * Refuses if the caller may not add these users to a group. A caller who may write to a user may
 * add the user, unless the user's privacy settings forbid it. All of these users must be locked, so
 * that none exceeds the maximum number of groups.
 *
 * @param owner the owner of the group. The number of groups of one owner that a user is in is
 * limited
 */
export async function requireAddable(
  tx: Database,
  { sendPolicy, limits }: ApiConfig,
  me: number,
  users: readonly number[],
  owner: number = me,
): Promise<void> {
  if (users.length === 0) return;
  const [blocker] = await blockersOf(tx, me, users);
  if (blocker !== undefined) throw new Refusal('blocked', `You can't add user ${blocker} to a group.`);
  const friends = new Set(await friendsAmong(tx, me, users));
  for (const [user, who] of await whoPermits(tx, 'addToGroups', users)) {
    const permitted = who === 'everyone' || (who === 'friends' && friends.has(user));
    if (!permitted) throw new Refusal('forbidden', `User ${user} chose not to be added to groups.`);
  }
  const stranger = users.find((user) => !friends.has(user));
  if (sendPolicy === 'friends' && stranger !== undefined) {
    throw new Refusal('not-friends', `Only friends of user ${stranger} can add them to a group.`);
  }
  await requireRoom(tx, limits, users, owner);
}

/**
 * Refuses if one of these users is in the maximum number of groups. They must be locked.
 *
 * @param owner the owner of the group. The number of groups of one owner that a user is in is
 * limited
 */
export async function requireRoom(
  tx: Database,
  limits: ApiConfig['limits'],
  users: readonly number[],
  owner: number,
): Promise<void> {
  const [busy] = await findBusy(tx, users, limits.groups);
  const [crowded] = busy === undefined ? await findCrowded(tx, owner, users, limits.groupsOfOneOwner) : [busy];
  if (crowded !== undefined) throw new Refusal('conflict', `User ${crowded} is in the maximum number of groups.`);
}
