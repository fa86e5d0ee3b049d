import { bumpPermits, type Database } from '@parley/database';
import type { GroupNotice } from '../../events/group-notice.ts';
import type { Notify } from '../../events/notice.ts';
import { memberIds } from '../../queries/group-members.ts';

/**
 * Notifies all members of a group that the roles of users have changed. The caller must have locked
 * the group. Also updates the group's permits in Redis (who is allowed to write to the group),
 * because the owner and admins are exempt from slow mode.
 */
export async function announceRoles(
  tx: Database,
  notify: Notify,
  group: number,
  users: number[],
  notice: GroupNotice,
): Promise<void> {
  await bumpPermits(tx, [group]);
  const members = await memberIds(tx, group);
  notify({
    copies: [group],
    events: users.map((user) => ({ users: members, event: { kind: 'group', group, change: 'role', user } })),
    groupNotices: [notice],
  });
}
