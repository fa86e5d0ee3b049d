import { z } from '@hono/zod-openapi';
import { audit } from '../../accounts/audit.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idParams } from '../../http/fields.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonResponse, noContent } from '../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../http/page.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import { banSchema, pageOf } from '../../http/schemas.ts';
import { listBans } from '../../queries/group-bans.ts';
import { getRole } from '../../queries/group-members.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { banUser, unbanUser } from './ban-user.ts';
import { enterGroup } from './enter-group.ts';
import { memberParams } from './fields.ts';

/** Lists the users who are banned from a group. Only its owner and admins can call this. */
export const listBansOf = callerOperation(
  {
    method: 'get',
    operationId: 'listBans',
    path: '/v1/groups/{id}/bans',
    tags: ['Groups'],
    summary: 'Who is banned from a group',
    request: { params: idParams, query: z.strictObject(pageFields(idCursor)) },
    responses: { 200: jsonResponse(pageOf(banSchema), 'A page of bans by user id') },
    refuses: ['not-found', 'forbidden'],
  },
  async (c) => {
    const { db } = c.var.context;
    const { id } = c.req.valid('param');
    const { limit, after } = c.req.valid('query');
    const rows = await db.transaction().execute(async (tx) => {
      await enterGroup(tx, id, c.var.caller.user, 'admin');
      return await listBans(tx, id, { after: after?.[0], limit: limit + 1 });
    });
    const page = toPage(
      rows,
      limit,
      (row) => row,
      idCursor,
      (row) => [row.user.id],
    );
    return c.json(page, 200);
  },
);

/**
 * Bans a user from a group. Removes the user from the group, and refuses to add the user until the
 * ban is lifted. The owner can ban anybody; an admin can ban anybody except the owner and admins.
 */
export const putBan = callerOperation(
  {
    method: 'put',
    operationId: 'banMember',
    path: '/v1/groups/{id}/bans/{user}',
    tags: ['Groups'],
    summary: 'Ban someone from a group',
    request: { params: memberParams },
    responses: { 200: jsonResponse(banSchema, 'The ban') },
    refuses: ['not-found', 'forbidden', 'conflict', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { id, user } = c.req.valid('param');
    if (user === me) throw fieldRefusal('conflict', 'user', 'You cannot ban yourself.');
    await limitRate(context, 'group', me, context.config.perMinute.groupChanges);
    const ban = await commitAndNotify(context, async (tx, notify) => {
      const exists = await lockUsers(tx, [user]);
      const mine = await enterGroup(tx, id, me, 'admin');
      if (!exists) throw new Refusal('not-found', 'This user does not exist.');
      const theirs = await getRole(tx, id, user);
      if (mine === 'admin' && theirs !== undefined && theirs !== 'member') {
        throw new Refusal('forbidden', 'Only the owner may ban admins.');
      }
      return await banUser(context, tx, notify, { group: id, user, by: me });
    });
    audit(c, 'group.banned', { group: id, user });
    return c.json(ban, 200);
  },
);

/** Lifts a ban. No-op if the user is not banned. */
export const removeBan = callerOperation(
  {
    method: 'delete',
    operationId: 'unbanMember',
    path: '/v1/groups/{id}/bans/{user}',
    tags: ['Groups'],
    summary: 'Lift a ban',
    request: { params: memberParams },
    responses: { 204: noContent },
    refuses: ['not-found', 'forbidden'],
  },
  async (c) => {
    const { id, user } = c.req.valid('param');
    const lifted = await commitAndNotify(c.var.context, async (tx, notify) => {
      await enterGroup(tx, id, c.var.caller.user, 'admin');
      return await unbanUser(tx, notify, { group: id, user, by: c.var.caller.user });
    });
    if (lifted) audit(c, 'group.unbanned', { group: id, user });
    return c.body(null, 204);
  },
);
