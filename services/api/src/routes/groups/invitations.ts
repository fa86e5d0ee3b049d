import { z } from '@hono/zod-openapi';
import { audit } from '../../accounts/audit.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idField, idParams } from '../../http/fields.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonResponse, noContent, optionalJsonBody } from '../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../http/page.ts';
import { groupInvitationSchema, pageOf } from '../../http/schemas.ts';
import { deleteInvitation, listInvitations } from '../../queries/group-invitations.ts';
import { enterGroup } from './enter-group.ts';
import { invitationParam, makeInvitation, newInvitationSchema, toInvitation, toInvitationKey } from './invitation.ts';

const params = z.object({ id: idField, invitation: invitationParam });

/** Creates an invitation link to a group. Only the group's owner and admins can call this. */
export const createInvitation = callerOperation(
  {
    method: 'post',
    operationId: 'createGroupInvitation',
    path: '/v1/groups/{id}/invites',
    tags: ['Groups'],
    summary: 'Make a link by which people join a group',
    request: { params: idParams, body: optionalJsonBody(newInvitationSchema) },
    responses: { 201: jsonResponse(groupInvitationSchema, 'The invitation') },
    refuses: ['not-found', 'forbidden', 'conflict', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { id } = c.req.valid('param');
    await limitRate(context, 'group', me, context.config.perMinute.groupChanges);
    const invitation = await commitAndNotify(context, async (tx) => {
      await enterGroup(tx, id, me, 'admin');
      return await makeInvitation(tx, context.config, id, me, c.req.valid('json'));
    });
    const { approval, uses, expires } = invitation;
    audit(c, 'group.invitation-created', { group: id, invitation: invitation.id, approval, uses, expires });
    return c.json(invitation, 201);
  },
);

/** Lists the valid invitation links of a group. Only the group's owner and admins can call this. */
export const listInvitationsOf = callerOperation(
  {
    method: 'get',
    operationId: 'listGroupInvitations',
    path: '/v1/groups/{id}/invites',
    tags: ['Groups'],
    summary: 'The links by which people join a group',
    request: { params: idParams, query: z.strictObject(pageFields(idCursor)) },
    responses: { 200: jsonResponse(pageOf(groupInvitationSchema), 'A page of invitations, the newest first') },
    refuses: ['not-found', 'forbidden'],
  },
  async (c) => {
    const { config, db } = c.var.context;
    const { id } = c.req.valid('param');
    const { limit, after } = c.req.valid('query');
    const rows = await db.transaction().execute(async (tx) => {
      await enterGroup(tx, id, c.var.caller.user, 'admin');
      return await listInvitations(tx, id, { before: after?.[0], limit: limit + 1 });
    });
    const page = toPage(
      rows,
      limit,
      (row) => toInvitation(config, row),
      idCursor,
      (row) => [row.id],
    );
    return c.json(page, 200);
  },
);

/**
 * Revokes an invitation link of a group, so that nobody can use it to join. No-op if it does not
 * exist.
 */
export const revokeInvitation = callerOperation(
  {
    method: 'delete',
    operationId: 'deleteGroupInvitation',
    path: '/v1/groups/{id}/invites/{invitation}',
    tags: ['Groups'],
    summary: 'Revoke a link',
    request: { params },
    responses: { 204: noContent },
    refuses: ['not-found', 'forbidden'],
  },
  async (c) => {
    const { id, invitation } = c.req.valid('param');
    const revoked = await commitAndNotify(c.var.context, async (tx) => {
      await enterGroup(tx, id, c.var.caller.user, 'admin');
      return await deleteInvitation(tx, id, toInvitationKey(invitation));
    });
    if (revoked !== undefined) audit(c, 'group.invitation-revoked', { group: id, invitation: revoked });
    return c.body(null, 204);
  },
);
