import { z } from '@hono/zod-openapi';
import { type Group, groupConversation, type Member } from '@parley/protocol';
import { messageIdNow } from '@parley/redis';
import { audit } from '../../accounts/audit.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { askHooks } from '../../http/ask-hooks.ts';
import { idParams } from '../../http/fields.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonResponse, noContent } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { Refusal } from '../../http/refusal.ts';
import { joinRequestSchema, memberSchema, pageOf } from '../../http/schemas.ts';
import { adminIds, getMember } from '../../queries/group-members.ts';
import { getGroup } from '../../queries/groups.ts';
import { declineJoinRequest, findJoinRequest, listPending } from '../../queries/join-requests.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { admit } from './admit.ts';
import { enterGroup } from './enter-group.ts';
import { memberParams } from './fields.ts';
import { requireRoom } from './require-addable.ts';

const cursor = pageCursor('number', 'number');

/** Lists the pending requests to join a group, for its owner and admins. */
export const listJoinRequests = callerOperation(
  {
    method: 'get',
    operationId: 'listJoinRequests',
    path: '/v1/groups/{id}/requests',
    tags: ['Groups'],
    summary: 'Who wants to join a group',
    request: { params: idParams, query: z.strictObject(pageFields(cursor)) },
    responses: { 200: jsonResponse(pageOf(joinRequestSchema), 'A page of pending requests, the oldest first') },
    refuses: ['not-found', 'forbidden'],
  },
  async (c) => {
    const { id } = c.req.valid('param');
    const { limit, after } = c.req.valid('query');
    const rows = await c.var.context.db.transaction().execute(async (tx) => {
      await enterGroup(tx, id, c.var.caller.user, 'admin');
      return await listPending(tx, id, after, limit + 1);
    });
    const page = toPage(
      rows,
      limit,
      (row) => row,
      cursor,
      (row) => [row.date, row.user.id],
    );
    return c.json(page, 200);
  },
);

/** Accepts a request to join a group. No-op if the user is already a member. */
export const acceptJoinRequest = callerOperation(
  {
    method: 'put',
    operationId: 'acceptJoinRequest',
    path: '/v1/groups/{id}/requests/{user}',
    tags: ['Groups'],
    summary: 'Let someone into a group',
    request: { params: memberParams },
    responses: { 200: jsonResponse(memberSchema, 'The member') },
    refuses: ['not-found', 'forbidden', 'conflict', 'group-full', 'refused', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { id, user } = c.req.valid('param');
    await limitRate(context, 'group', me, context.config.perMinute.groupChanges);
    if ((await findJoinRequest(context.db, id, user))?.state === 'pending')
      await askHooks(context, 'group.join', me, { group: id, users: [user], by: me });
    const now = await messageIdNow(context.redis, groupConversation(id));
    let accepted = false;
    const member = await commitAndNotify(context, async (tx, notify) => {
      await lockUsers(tx, [user]);
      await enterGroup(tx, id, me, 'admin');
      const found = await getMember(tx, id, user);
      if (found !== undefined) return found;
      if ((await findJoinRequest(tx, id, user))?.state !== 'pending') throw noRequest();
      const group = (await getGroup(tx, id, me)) as Group;
      await requireRoom(tx, context.config.limits, [user], group.owner);
      await admit(tx, notify, group, user, now);
      accepted = true;
      return (await getMember(tx, id, user)) as Member;
    });
    if (accepted) audit(c, 'group.join-accepted', { group: id, user });
    return c.json(member, 200);
  },
);

/** Declines a request to join a group. The user may send another one after a while. */
export const declineJoinRequestOf = callerOperation(
  {
    method: 'delete',
    operationId: 'declineJoinRequest',
    path: '/v1/groups/{id}/requests/{user}',
    tags: ['Groups'],
    summary: 'Decline that someone joins a group',
    request: { params: memberParams },
    responses: { 204: noContent },
    refuses: ['not-found', 'forbidden'],
  },
  async (c) => {
    const { id, user } = c.req.valid('param');
    const declined = await commitAndNotify(c.var.context, async (tx, notify) => {
      await enterGroup(tx, id, c.var.caller.user, 'admin');
      if (!(await declineJoinRequest(tx, id, user))) {
        if ((await findJoinRequest(tx, id, user)) === undefined) throw noRequest();
        return false;
      }
      const users = [...(await adminIds(tx, id)), user];
      notify({ events: [{ users, event: { kind: 'group', group: id, change: 'declined', user } }] });
      return true;
    });
    if (declined) audit(c, 'group.join-declined', { group: id, user });
    return c.body(null, 204);
  },
);

function noRequest(): Refusal {
  return new Refusal('not-found', 'This user does not ask to join.');
}
