import { addMembers, type Database } from '@parley/database';
import type { Custom, Group } from '@parley/protocol';
import type { ApiConfig } from '../../../config.ts';
import { groupNotice } from '../../../events/group-notice.ts';
import type { Notify } from '../../../events/notice.ts';
import { Refusal } from '../../../http/refusal.ts';
import { findBusy } from '../../../queries/group-members.ts';
import { insertGroup } from '../../../queries/groups.ts';
import { setExternalId } from '../../../queries/server-groups.ts';
import { show } from '../refs.ts';

/**
 * Creates a group of users, notifies them and returns the group's id. The transaction must have
 * locked the users' rows.
 */
export async function createGroup(
  tx: Database,
  notify: Notify,
  { limits }: ApiConfig,
  given: NewGroup,
  users: number[],
): Promise<number> {
  const {
    externalId,
    owner,
    name,
    description = '',
    avatar = null,
    history = 'joined',
    slowMode,
    visibility,
    custom,
    retention,
  } = given;
  const { maxMembers = limits.groupMembers } = given;
  if (users.length > maxMembers) throw new Refusal('group-full', `The group may have ${maxMembers} members.`);
  const [busy] = await findBusy(tx, users, limits.groups);
  if (busy !== undefined) throw new Refusal('conflict', `User ${show(busy)} is in the maximum number of groups.`);
  const settings = { history, slowMode, visibility, custom, maxMembers, retention };
  const group = await insertGroup(tx, { name, description, avatar, ...settings, owner });
  await setExternalId(tx, group, externalId);
  const members = users.map((user) => ({ user, role: user === owner ? ('owner' as const) : ('member' as const) }));
  await addMembers(tx, group, members, 0);
  notify({
    copies: [group],
    forget: users,
    events: [{ users, event: { kind: 'group', group, change: 'created', user: owner } }],
    groupNotices: [groupNotice(group, { notice: 'created', name })],
  });
  return group;
}

interface NewGroup {
  externalId: string;
  owner: number;
  name: string;
  description?: string | undefined;
  avatar?: string | null | undefined;
  history?: Group['history'] | undefined;
  slowMode?: number | undefined;
  visibility?: Group['visibility'] | undefined;
  custom?: Custom | null | undefined;
  maxMembers?: number | undefined;
  retention?: number | null | undefined;
}
