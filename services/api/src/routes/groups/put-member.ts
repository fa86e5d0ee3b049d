import { type Group, groupConversation, type Member } from '@parley/protocol';
import { messageIdNow } from '@parley/redis';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { askHooks } from '../../http/ask-hooks.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { memberSchema } from '../../http/schemas.ts';
import { isBanned } from '../../queries/group-bans.ts';
import { getMember } from '../../queries/group-members.ts';
import { getGroup } from '../../queries/groups.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { admit } from './admit.ts';
import { enterGroup } from './enter-group.ts';
import { memberParams } from './fields.ts';
import { requireAddable } from './require-addable.ts';

/**
 * Adds a member to a group. Only the group's owner and admins can call this. No-op if the user is
 * already a member.
 */
export const putMember = callerOperation(
  {
    method: 'put',
    operationId: 'putMember',
    path: '/v1/groups/{id}/members/{user}',
    tags: ['Groups'],
    summary: 'Add someone to a group',
    request: { params: memberParams },
    responses: { 200: jsonResponse(memberSchema, 'The member') },
    refuses: ['not-found', 'forbidden', 'not-friends', 'blocked', 'conflict', 'group-full', 'refused', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { id, user } = c.req.valid('param');
    await limitRate(context, 'group', me, context.config.perMinute.groupChanges);
    if ((await getMember(context.db, id, user)) === undefined)
      await askHooks(context, 'group.join', me, { group: id, users: [user], by: me });
    const now = await messageIdNow(context.redis, groupConversation(id));
    const member = await commitAndNotify(context, async (tx, notify) => {
      const exists = await lockUsers(tx, [user]);
      await enterGroup(tx, id, me, 'admin');
      const found = await getMember(tx, id, user);
      if (found !== undefined) return found;
      if (!exists) throw new Refusal('not-found', 'This user does not exist.');
      if (await isBanned(tx, id, user)) throw new Refusal('forbidden', `User ${user} is banned from the group.`);
      const group = (await getGroup(tx, id, me)) as Group;
      await requireAddable(tx, context.config, me, [user], group.owner);
      await admit(tx, notify, group, user, now, { notice: 'added', by: me });
      return (await getMember(tx, id, user)) as Member;
    });
    return c.json(member, 200);
  },
);
