import type { Database } from '@parley/database';
import { groupNotice } from '../../events/group-notice.ts';
import type { Notify } from '../../events/notice.ts';
import { findSuccessor } from '../../queries/erase.ts';
import { getRole, updateMember } from '../../queries/group-members.ts';
import { updateGroup } from '../../queries/groups.ts';
import { announceRoles } from '../groups/announce-roles.ts';
import { depart } from '../groups/depart.ts';
import { endGroup } from '../groups/end-group.ts';

/**
 * Removes a user from groups, which the caller must have locked. A group that the user owns passes
 * to the admin who joined first, else to the member who joined first. A group without other members
 * is dissolved.
 */
export async function leaveGroups(
  tx: Database,
  notify: Notify,
  user: number,
  groups: readonly number[],
): Promise<void> {
  for (const group of groups) {
    const role = await getRole(tx, group, user);
    if (role === undefined) continue;
    if (role === 'owner') {
      const successor = await findSuccessor(tx, group, user);
      if (successor === undefined) {
        await endGroup(tx, notify, group);
        continue;
      }
      await updateMember(tx, group, user, { role: 'member' });
      await updateMember(tx, group, successor, { role: 'owner' });
      await updateGroup(tx, group, { owner: successor });
      const notice = groupNotice(group, { notice: 'owner', users: [successor] });
      await announceRoles(tx, notify, group, [successor], notice);
    }
    await depart(tx, notify, group, user, role === 'owner' ? 'member' : role, 'left');
  }
}
