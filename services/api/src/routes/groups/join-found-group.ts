import { groupConversation, type JoinRequest, type Member } from '@parley/protocol';
import { messageIdNow } from '@parley/redis';
import type { AppContext } from '../../app-context.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { askHooks } from '../../http/ask-hooks.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { Refusal } from '../../http/refusal.ts';
import { findOpenGroup } from '../../queries/found-groups.ts';
import { isBanned } from '../../queries/group-bans.ts';
import { adminIds, getMember } from '../../queries/group-members.ts';
import { lockGroup } from '../../queries/groups.ts';
import { deletePending, getPending } from '../../queries/join-requests.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { addJoinRequest, hasJoinRequest } from './add-join-request.ts';
import { admit } from './admit.ts';
import { requireRoom } from './require-addable.ts';

/**
 * Makes the caller a member of a public group. If the group's visibility is `request`, sends a join
 * request to the owner and admins instead. No-op if the caller is already a member or has a pending
 * request. Responds 404 for a private group.
 */
export async function joinFoundGroup(
  context: AppContext,
  id: number,
  me: number,
  message: string,
): Promise<{ member: Member; joined: boolean } | { request: JoinRequest }> {
  const { config, db } = context;
  await limitRate(context, 'group', me, config.perMinute.groupChanges);
  const isPublic = (await findOpenGroup(db, id))?.visibility === 'public';
  if (isPublic && (await getMember(db, id, me)) === undefined)
    await askHooks(context, 'group.join', me, { group: id, users: [me], by: me });
  const now = await messageIdNow(context.redis, groupConversation(id));
  return await commitAndNotify(context, async (tx, notify) => {
    await lockUsers(tx, [me]);
    const group = (await lockGroup(tx, id)) ? await findOpenGroup(tx, id) : undefined;
    const before = await getMember(tx, id, me);
    if (before !== undefined) return { member: before, joined: false };
    if (group === undefined || group.visibility === 'private') throw noGroup();
    if (await isBanned(tx, id, me)) throw new Refusal('forbidden', 'You are banned from this group.');
    if (group.visibility === 'request') {
      if (!(await hasJoinRequest(tx, config, id, me))) await addJoinRequest(tx, notify, config, id, me, message);
      return { request: (await getPending(tx, id, me)) as JoinRequest };
    }
    // Refuses, because the group became public after the check above, so the hooks were not called
    // for this user.
    if (!isPublic) throw new Refusal('conflict', 'The group has changed. Try again.');
    await requireRoom(tx, config.limits, [me], group.owner);
    await admit(tx, notify, group, me, now, { notice: 'joined' });
    return { member: (await getMember(tx, id, me)) as Member, joined: true };
  });
}

/** Deletes the caller's pending request to join a group. No-op if there is none. */
export async function withdrawJoinRequest(context: AppContext, id: number, me: number): Promise<void> {
  await commitAndNotify(context, async (tx, notify) => {
    if (!(await lockGroup(tx, id)) || !(await deletePending(tx, id, me))) return;
    const users = await adminIds(tx, id);
    notify({ events: [{ users, event: { kind: 'group', group: id, change: 'withdrawn', user: me } }] });
  });
}

function noGroup(): Refusal {
  return new Refusal('not-found', 'This group does not exist.');
}
