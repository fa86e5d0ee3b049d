import { z } from '@hono/zod-openapi';
import { type Group, groupConversation, type JoinResult } from '@parley/protocol';
import { messageIdNow } from '@parley/redis';
import { audit } from '../../accounts/audit.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { askHooks } from '../../http/ask-hooks.ts';
import { line } from '../../http/fields.ts';
import { addressOf, limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonResponse, optionalJsonBody } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { joinResultSchema } from '../../http/schemas.ts';
import { isBanned } from '../../queries/group-bans.ts';
import { spendInvitation } from '../../queries/group-invitations.ts';
import { getRole } from '../../queries/group-members.ts';
import { getGroup, lockGroup } from '../../queries/groups.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { addJoinRequest, hasJoinRequest } from '../groups/add-join-request.ts';
import { admit } from '../groups/admit.ts';
import { requireRoom } from '../groups/require-addable.ts';
import { codeParams, ended, requireInvitation } from './require-invitation.ts';

const schema = z.strictObject({
  message: line(200, 0).optional().openapi({ description: 'To the owner and admins, if they decide' }),
});

/**
 * Makes the caller a member of the group of an invitation, or sends a join request to the group's
 * owner and admins. Idempotent: only the first call counts as a use of the invitation.
 */
export const join = callerOperation(
  {
    method: 'post',
    operationId: 'joinByInvitation',
    path: '/v1/invites/{code}/join',
    tags: ['Groups'],
    summary: 'Join a group by a link, or ask to',
    description: 'Wrong codes count by user and by address.',
    request: { params: codeParams, body: optionalJsonBody(schema) },
    responses: { 200: jsonResponse(joinResultSchema, 'Whether the caller is a member now') },
    refuses: ['not-found', 'forbidden', 'conflict', 'group-full', 'refused', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { config } = context;
    const { user: me } = c.var.caller;
    const { message = '' } = c.req.valid('json');
    const found = await requireInvitation(context, c.req.valid('param').code, [me, addressOf(c)], me);
    const { id, group, approval } = found;
    await limitRate(context, 'group', me, config.perMinute.groupChanges);
    if (!approval && (await getRole(context.db, group, me)) === undefined)
      await askHooks(context, 'group.join', me, { group, users: [me], by: me, invitation: id });
    const now = await messageIdNow(context.redis, groupConversation(group));
    let joined = false;
    const result = await commitAndNotify(context, async (tx, notify): Promise<JoinResult> => {
      await lockUsers(tx, [me]);
      if (!(await lockGroup(tx, group))) throw ended();
      if ((await getRole(tx, group, me)) === undefined) {
        if (await isBanned(tx, group, me)) throw new Refusal('forbidden', 'You are banned from this group.');
        if (approval && (await hasJoinRequest(tx, config, group, me))) return { state: 'requested' };
        if (!(await spendInvitation(tx, id))) throw ended();
        if (approval) {
          await addJoinRequest(tx, notify, config, group, me, message);
          return { state: 'requested' };
        }
        await requireRoom(tx, config.limits, [me], found.owner);
        const { maxMembers } = found;
        await admit(tx, notify, { id: group, maxMembers }, me, now, { notice: 'joined', link: true });
        joined = true;
      }
      return { state: 'joined', group: (await getGroup(tx, group, me)) as Group };
    });
    if (joined) audit(c, 'group.joined', { group, user: me, invitation: id });
    return c.json(result, 200);
  },
);
