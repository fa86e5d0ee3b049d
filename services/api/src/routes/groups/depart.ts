import { bumpPermits, type Database } from '@parley/database';
import type { Role } from '@parley/protocol';
import { groupNotice } from '../../events/group-notice.ts';
import type { Notify } from '../../events/notice.ts';
import { Refusal } from '../../http/refusal.ts';
import { deleteMembers, memberIds } from '../../queries/group-members.ts';

/**
 * Removes a member from a group and notifies all members. The caller must have locked the group.
 * The owner cannot leave.
 *
 * @param by the user who removed the member. Undefined if a server did, or if the member left
 */
export async function depart(
  tx: Database,
  notify: Notify,
  group: number,
  user: number,
  role: Role,
  how: 'left' | 'removed',
  by?: number,
): Promise<void> {
  if (role === 'owner')
    throw new Refusal('conflict', 'The owner cannot leave. Transfer or dissolve the group instead.');
  await bumpPermits(tx, [group]);
  const users = await memberIds(tx, group);
  await deleteMembers(tx, group, [user]);
  notify({
    copies: [group],
    forget: [user],
    events: [{ users, event: { kind: 'group', group, change: how, user } }],
    groupNotices: [groupNotice(group, { notice: how, users: [user], by })],
  });
}
