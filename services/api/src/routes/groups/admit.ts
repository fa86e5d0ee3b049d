import { addMembers, bumpPermits, type Database } from '@parley/database';
import { groupNotice } from '../../events/group-notice.ts';
import type { Notify } from '../../events/notice.ts';
import { Refusal } from '../../http/refusal.ts';
import { forgetChats, memberIds } from '../../queries/group-members.ts';
import { deleteJoinRequests } from '../../queries/join-requests.ts';

/**
 * Makes a user a member of a group and notifies all members. The caller must have locked the user
 * and the group, and the user must not be a member.
 *
 * @param how who added the user, or how the user joined
 * @param now the current message id of the group. Messages up to this id count as read
 * @throws Refusal `group-full`
 */
export async function admit(
  tx: Database,
  notify: Notify,
  { id, maxMembers }: { id: number; maxMembers: number },
  user: number,
  now: number,
  how: { notice: 'added'; by: number } | { notice: 'joined'; link?: true },
): Promise<void> {
  const members = await memberIds(tx, id);
  if (members.length >= maxMembers) throw new Refusal('group-full');
  await bumpPermits(tx, [id]);
  await addMembers(tx, id, [{ user, role: 'member' }], now);
  await forgetChats(tx, id, [user]);
  await deleteJoinRequests(tx, id, [user]);
  notify({
    copies: [id],
    forget: [user],
    events: [{ users: [...members, user], event: { kind: 'group', group: id, change: 'joined', user } }],
    groupNotices: [groupNotice(id, { ...how, users: [user] })],
  });
}
