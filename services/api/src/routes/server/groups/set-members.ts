import { addMembers, bumpPermits, type Database } from '@parley/database';
import { groupConversation } from '@parley/protocol';
import { messageIdNow } from '@parley/redis';
import type { AppContext } from '../../../app-context.ts';
import { aboutUsers, groupNotice } from '../../../events/group-notice.ts';
import type { Notice, Notify } from '../../../events/notice.ts';
import { Refusal } from '../../../http/refusal.ts';
import { deleteBans } from '../../../queries/group-bans.ts';
import { deleteMembers, findBusy, forgetChats, memberIds } from '../../../queries/group-members.ts';
import { deleteJoinRequests } from '../../../queries/join-requests.ts';
import { getServerGroup, type ServerGroup } from '../../../queries/server-groups.ts';
import { show } from '../refs.ts';

/**
 * Replaces the members of a group. Removes all others except the owner. Notifies former and current
 * members of each change, and lifts the bans of added users. The transaction must have locked the
 * group and these users.
 */
export async function setMembers(
  context: AppContext,
  tx: Database,
  notify: Notify,
  group: number,
  users: ReadonlySet<number>,
): Promise<void> {
  await bumpPermits(tx, [group]);
  const before = await memberIds(tx, group);
  const { owner, maxMembers } = (await getServerGroup(tx, group)) as ServerGroup;
  const gone = before.filter((user) => !users.has(user) && user !== owner);
  const added = [...users].filter((user) => !before.includes(user));
  if (gone.length === 0 && added.length === 0) return;
  const stay = before.filter((user) => !gone.includes(user));
  if (added.length > 0 && stay.length + added.length > maxMembers) throw new Refusal('group-full');
  if (gone.length > 0) await deleteMembers(tx, group, gone);
  if (added.length > 0) await add(context, tx, group, added);
  notify({
    copies: [group],
    forget: [...gone, ...added],
    events: [
      ...gone.map((user) => eventOf(before, group, 'removed', user)),
      ...added.map((user) => eventOf([...stay, ...added], group, 'joined', user)),
    ],
    groupNotices: [
      ...(gone.length > 0 ? [groupNotice(group, { notice: 'removed', ...aboutUsers(gone) })] : []),
      ...(added.length > 0 ? [groupNotice(group, { notice: 'added', ...aboutUsers(added) })] : []),
    ],
  });
}

async function add({ redis, config }: AppContext, tx: Database, group: number, users: number[]): Promise<void> {
  const [busy] = await findBusy(tx, users, config.limits.groups);
  if (busy !== undefined) throw new Refusal('conflict', `User ${show(busy)} is in the maximum number of groups.`);
  await deleteBans(tx, group, users);
  const now = await messageIdNow(redis, groupConversation(group));
  const members = users.map((user) => ({ user, role: 'member' as const }));
  await addMembers(tx, group, members, now);
  await forgetChats(tx, group, users);
  await deleteJoinRequests(tx, group, users);
}

function eventOf(users: number[], group: number, change: 'joined' | 'removed', user: number): Announced {
  return { users, event: { kind: 'group', group, change, user } };
}

type Announced = NonNullable<Notice['events']>[number];
