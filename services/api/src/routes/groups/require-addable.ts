import type { Database } from '@parley/database';
import type { ApiConfig } from '../../config.ts';
import { Refusal } from '../../http/refusal.ts';
import { blockersOf } from '../../queries/blocks.ts';
import { friendsAmong } from '../../queries/friendships.ts';
import { findBusy, findCrowded } from '../../queries/group-members.ts';
import { whoPermits } from '../../queries/privacy.ts';

/**
 * Throws a refusal if the caller is not allowed to add these users to a group. A caller who is
 * allowed to write to a user can add the user, unless the user's privacy settings forbid it. The
 * transaction must have locked these users, so that concurrent requests do not exceed the maximum
 * number of groups.
 *
 * @param owner the owner of the group, because the number of groups of one owner per user is
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
 * Throws `conflict` if one of these users is already in the maximum number of groups. The
 * transaction must have locked the users.
 *
 * @param owner the owner of the group, because the number of groups of one owner per user is
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
