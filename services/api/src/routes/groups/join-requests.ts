import { z } from '@hono/zod-openapi';
import { type Group, groupConversation, type Member } from '@parley/protocol';
import { messageIdNow } from '@parley/redis';
import { audit } from '../../accounts/audit.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { askHooks } from '../../http/ask-hooks.ts';
import { idParams, line } from '../../http/fields.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonResponse, noContent, optionalJsonBody } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import { joinRequestSchema, memberSchema, pageOf } from '../../http/schemas.ts';
import { adminIds, getMember } from '../../queries/group-members.ts';
import { getGroup } from '../../queries/groups.ts';
import { declineJoinRequest, findJoinRequest, listPending } from '../../queries/join-requests.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { admit } from './admit.ts';
import { enterGroup } from './enter-group.ts';
import { memberParams } from './fields.ts';
import { joinFoundGroup, withdrawJoinRequest } from './join-found-group.ts';
import { requireRoom } from './require-addable.ts';

const cursor = pageCursor('number', 'number');

/** Lists the pending requests to join a group. Only the group's owner and admins can call this. */
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

const message = line(200, 0).optional().openapi({ description: "With the caller's own id: to the owner and admins" });

/**
 * Accepts a request to join a group. No-op if the user is already a member. If `{user}` is the
 * caller's own id, joins a public group or requests to join another group.
 */
export const acceptJoinRequest = callerOperation(
  {
    method: 'put',
    operationId: 'acceptJoinRequest',
    path: '/v1/groups/{id}/requests/{user}',
    tags: ['Groups'],
    summary: 'Let someone into a group, or join one that you found',
    description: 'With your own id: you join a public group, or request to join one with the visibility `request`.',
    request: { params: memberParams, body: optionalJsonBody(z.strictObject({ message })) },
    responses: {
      200: jsonResponse(memberSchema, 'The member'),
      202: jsonResponse(joinRequestSchema, 'The own request, about which the owner and admins decide'),
    },
    refuses: ['not-found', 'forbidden', 'conflict', 'group-full', 'refused', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { id, user } = c.req.valid('param');
    const { message } = c.req.valid('json');
    if (user === me) {
      const outcome = await joinFoundGroup(context, id, me, message ?? '');
      if ('request' in outcome) return c.json(outcome.request, 202);
      if (outcome.joined) audit(c, 'group.joined', { group: id, user });
      return c.json(outcome.member, 200);
    }
    if (message !== undefined) throw fieldRefusal('bad-request', 'message', 'Only your own request has a message.');
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
      await admit(tx, notify, group, user, now, { notice: 'added', by: me });
      accepted = true;
      return (await getMember(tx, id, user)) as Member;
    });
    if (accepted) audit(c, 'group.join-accepted', { group: id, user });
    return c.json(member, 200);
  },
);

/**
 * Declines a request to join a group. The user can send another request after the cooldown period.
 * If `{user}` is the caller's own id, withdraws the request.
 */
export const declineJoinRequestOf = callerOperation(
  {
    method: 'delete',
    operationId: 'declineJoinRequest',
    path: '/v1/groups/{id}/requests/{user}',
    tags: ['Groups'],
    summary: 'Decline that someone joins a group, or withdraw your own request',
    request: { params: memberParams },
    responses: { 204: noContent },
    refuses: ['not-found', 'forbidden'],
  },
  async (c) => {
    const { id, user } = c.req.valid('param');
    if (user === c.var.caller.user) {
      await withdrawJoinRequest(c.var.context, id, user);
      return c.body(null, 204);
    }
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
  return new Refusal('not-found', 'This user has no pending request to join.');
}
