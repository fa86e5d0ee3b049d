import { bumpPermits, type Database } from '@parley/database';
import type { Notify } from '../../events/notice.ts';
import { deleteAllBans } from '../../queries/group-bans.ts';
import { deleteAllInvitations } from '../../queries/group-invitations.ts';
import { deleteMembers, memberIds } from '../../queries/group-members.ts';
import { dissolveGroup } from '../../queries/groups.ts';
import { deleteHidden } from '../../queries/hidden-messages.ts';
import { deleteAllJoinRequests } from '../../queries/join-requests.ts';

/**
 * Dissolves a group, which the caller must have locked. The messages of the group are deleted in
 * the background.
 */
export async function endGroup(tx: Database, notify: Notify, group: number): Promise<void> {
  await bumpPermits(tx, [group]);
  const members = await memberIds(tx, group);
  await deleteMembers(tx, group, members);
  await deleteHidden(tx, group, members);
  await deleteAllBans(tx, group);
  await deleteAllInvitations(tx, group);
  await deleteAllJoinRequests(tx, group);
  await dissolveGroup(tx, group);
  notify({
    copies: [group],
    forget: members,
    events: [{ users: members, event: { kind: 'group', group, change: 'dissolved' } }],
  });
  notify({ purge: { owner: group, peer: group, upTo: Number.MAX_SAFE_INTEGER } });
}
