import type { Database } from '@parley/database';
import type { AppContext } from '../../../app-context.ts';
import { groupNotice } from '../../../events/group-notice.ts';
import type { Notify } from '../../../events/notice.ts';
import { memberIds, updateMember } from '../../../queries/group-members.ts';
import { updateGroup } from '../../../queries/groups.ts';
import { getServerGroup, type ServerGroup } from '../../../queries/server-groups.ts';
import { announceRoles } from '../../groups/announce-roles.ts';
import { setMembers } from './set-members.ts';

/**
 * Transfers a group to another owner, who is added if necessary. The former owner becomes an admin.
 * The transaction must have locked the group.
 *
 * @param users all members after the transfer. Other members are removed. Default: all members stay
 */
export async function handOver(
  context: AppContext,
  tx: Database,
  notify: Notify,
  group: number,
  owner: number,
  users: ReadonlySet<number> | undefined,
): Promise<void> {
  const { owner: before } = (await getServerGroup(tx, group)) as ServerGroup;
  if (owner === before) return;
  const members = await memberIds(tx, group);
  const stay = members.filter((user) => users?.has(user) ?? true);
  if (!members.includes(owner)) await setMembers(context, tx, notify, group, new Set([...stay, owner]));
  await updateMember(tx, group, owner, { role: 'owner' });
  await updateMember(tx, group, before, { role: 'admin' });
  await updateGroup(tx, group, { owner });
  await announceRoles(tx, notify, group, [owner, before], groupNotice(group, { notice: 'owner', users: [owner] }));
}
