import { isDeepStrictEqual } from 'node:util';
import { bumpPermits, type Database } from '@parley/database';
import type { Custom, Group } from '@parley/protocol';
import { settingNotices } from '../../../events/group-notice.ts';
import type { Notify } from '../../../events/notice.ts';
import { Refusal } from '../../../http/refusal.ts';
import { memberIds } from '../../../queries/group-members.ts';
import { updateGroup } from '../../../queries/groups.ts';
import { getServerGroup, type ServerGroup } from '../../../queries/server-groups.ts';

/**
 * Changes the given fields of a group and notifies its members if a field changed. The transaction
 * must have locked the group.
 */
export async function updateServerGroup(tx: Database, notify: Notify, group: number, changes: Changes): Promise<void> {
  const before = (await getServerGroup(tx, group)) as ServerGroup;
  await updateGroup(tx, group, changes);
  const after = (await getServerGroup(tx, group)) as ServerGroup;
  if (fields.every((field) => isDeepStrictEqual(before[field], after[field]))) return;
  const users = await memberIds(tx, group);
  if (after.slowMode !== before.slowMode || after.history !== before.history) {
    await bumpPermits(tx, [group]);
    notify({ copies: [group] });
  }
  notify({
    events: [{ users, event: { kind: 'group', group, change: 'updated' } }],
    groupNotices: settingNotices(group, undefined, before, after),
  });
}

/**
 * Throws `group-full` if a group has more members than its `maxMembers`. Call it after all changes
 * of a transaction, so that the error rolls them back.
 */
export async function requireRoom(tx: Database, group: number): Promise<void> {
  const { members, maxMembers } = (await getServerGroup(tx, group)) as ServerGroup;
  if (members > maxMembers) throw new Refusal('group-full', `The group has ${members} members.`);
}

const fields = ['name', 'description', 'avatar', 'history', 'slowMode', 'visibility', 'maxMembers', 'custom'] as const;

interface Changes {
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
