import type { Database } from '@parley/database';
import type { ApiConfig } from '../../config.ts';
import { Refusal } from '../../http/refusal.ts';
import { blockersOf } from '../../queries/blocks.ts';
import { friendsAmong } from '../../queries/friendships.ts';
import { findBusy } from '../../queries/group-members.ts';

/**
 * Refuses when the caller may not put these users into a group: only who may write to someone may. All of them must be locked, so
 * that none gets into more groups than one may.
 */
export async function requireAddable(
  tx: Database,
  { sendPolicy, limits }: ApiConfig,
  me: number,
  users: readonly number[],
): Promise<void> {
  if (users.length === 0) return;
  const [blocker] = await blockersOf(tx, me, users);
  if (blocker !== undefined) throw new Refusal('blocked', `User ${blocker} takes nothing from you.`);
  if (sendPolicy === 'friends') {
    const friends = new Set(await friendsAmong(tx, me, users));
    const stranger = users.find((user) => !friends.has(user));
    if (stranger !== undefined) throw new Refusal('not-friends', `Only friends of user ${stranger} may add them.`);
  }
  const [busy] = await findBusy(tx, users, limits.groups);
  if (busy !== undefined) throw new Refusal('conflict', `User ${busy} is in as many groups as one may.`);
}
