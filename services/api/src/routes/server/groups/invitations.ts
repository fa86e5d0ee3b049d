import { z } from '@hono/zod-openapi';
import { audit } from '../../../accounts/audit.ts';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import { jsonResponse, noContent, optionalJsonBody, serverOperation } from '../../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../../http/page.ts';
import { groupInvitationSchema, pageOf } from '../../../http/schemas.ts';
import { deleteInvitation, listInvitations } from '../../../queries/group-invitations.ts';
import {
  invitationParam,
  makeInvitation,
  newInvitationSchema,
  toInvitation,
  toInvitationKey,
} from '../../groups/invitation.ts';
import { refParam } from '../refs.ts';
import { lockServerGroup, requireGroup } from './require-group.ts';

const params = z.object({ group: refParam });

/** Creates an invitation link to a group. */
export const createServerInvitation = serverOperation(
  {
    method: 'post',
    operationId: 'createServerGroupInvitation',
    path: '/v1/server/groups/{group}/invites',
    tags: ['Server'],
    summary: 'Make a link by which people join a group',
    request: { params, body: optionalJsonBody(newInvitationSchema) },
    responses: { 201: jsonResponse(groupInvitationSchema, 'The invitation') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { context } = c.var;
    const { group, invitation } = await commitAndNotify(context, async (tx) => {
      const group = await lockServerGroup(tx, c.req.valid('param').group);
      return { group, invitation: await makeInvitation(tx, context.config, group, null, c.req.valid('json')) };
    });
    const { id, approval, uses, expires } = invitation;
    audit(c, 'group.invitation-created', { group, invitation: id, approval, uses, expires });
    return c.json(invitation, 201);
  },
);

/** Lists the valid invitation links of a group. */
export const listServerInvitations = serverOperation(
  {
    method: 'get',
    operationId: 'listServerGroupInvitations',
    path: '/v1/server/groups/{group}/invites',
    scope: 'write',
    tags: ['Server'],
    summary: 'The links by which people join a group',
    description: 'The key needs the scope `write`, since a code lets anybody who has it join the group.',
    request: { params, query: z.strictObject(pageFields(idCursor)) },
    responses: { 200: jsonResponse(pageOf(groupInvitationSchema), 'A page of invitations, the newest first') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { config, db } = c.var.context;
    const { limit, after } = c.req.valid('query');
    const id = await requireGroup(db, c.req.valid('param').group);
    const rows = await listInvitations(db, id, { before: after?.[0], limit: limit + 1 });
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

/** Revokes an invitation link of a group. No-op if it does not exist. */
export const revokeServerInvitation = serverOperation(
  {
    method: 'delete',
    operationId: 'deleteServerGroupInvitation',
    path: '/v1/server/groups/{group}/invites/{invitation}',
    tags: ['Server'],
    summary: 'Revoke a link',
    request: { params: z.object({ group: refParam, invitation: invitationParam }) },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db } = c.var.context;
    const given = c.req.valid('param');
    const group = await requireGroup(db, given.group);
    const invitation = await deleteInvitation(db, group, toInvitationKey(given.invitation));
    if (invitation !== undefined) audit(c, 'group.invitation-revoked', { group, invitation });
    return c.body(null, 204);
  },
);
