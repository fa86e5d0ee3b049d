import type { Database } from '@parley/database';
import type { Ban } from '@parley/protocol';
import type { AppContext } from '../../app-context.ts';
import type { Notify } from '../../events/notice.ts';
import { Refusal } from '../../http/refusal.ts';
import { countBans, deleteBans, insertBan, listBans } from '../../queries/group-bans.ts';
import { getRole } from '../../queries/group-members.ts';
import { deleteJoinRequests } from '../../queries/join-requests.ts';
import { depart } from './depart.ts';

/**
 * Bans a user from a group and removes the user from it. The caller must have locked the user and
 * the group.
 *
 * @throws Refusal `conflict` if the user owns the group, or if the group has too many bans
 */
export async function banUser(
  { config }: Pick<AppContext, 'config'>,
  tx: Database,
  notify: Notify,
  { group, user, by, server = false }: NewBan,
): Promise<Ban> {
  const role = await getRole(tx, group, user);
  const count = await countBans(tx, group);
  if (await insertBan(tx, group, user, by)) {
    if (count >= config.limits.blocks)
      throw new Refusal('conflict', 'The group has the maximum number of bans. Lift one first.');
    notify({ moderation: [{ change: 'banned', group, user, by }] });
  }
  await deleteJoinRequests(tx, group, [user]);
  if (role !== undefined) await depart(tx, notify, group, user, role, 'removed', server ? undefined : by);
  return (await listBans(tx, group, { user, limit: 1 }))[0] as Ban;
}

/** Lifts a ban. Returns whether the user was banned. The caller must have locked the group. */
export async function unbanUser(tx: Database, notify: Notify, { group, user, by }: NewBan): Promise<boolean> {
  const lifted = (await deleteBans(tx, group, [user])).length > 0;
  if (lifted) notify({ moderation: [{ change: 'unbanned', group, user, by }] });
  return lifted;
}

interface NewBan {
  group: number;
  user: number;
  /** The owner or admin, or the system user for the server API. */
  by: number;
  /** Whether the server API bans the user. Default: false */
  server?: boolean;
}
