import { addressOf } from '../../http/limit-rate.ts';
import { jsonResponse, operation } from '../../http/operation.ts';
import { invitationPreviewSchema } from '../../http/schemas.ts';
import { codeParams, requireInvitation } from './require-invitation.ts';

/** Shows the group to which an invitation leads. Requires no session. */
export const get = operation(
  {
    method: 'get',
    operationId: 'getInvitation',
    path: '/v1/invites/{code}',
    tags: ['Groups'],
    summary: 'The group that a link leads to',
    description: 'Needs no access token. Wrong codes count by address.',
    request: { params: codeParams },
    responses: { 200: jsonResponse(invitationPreviewSchema, 'Name, picture and size of the group') },
    refuses: ['not-found', 'too-many'],
  },
  async (c) => {
    const { code } = c.req.valid('param');
    const found = await requireInvitation(c.var.context, code, [addressOf(c)]);
    const { name, avatar, members, approval, expires } = found;
    const isUpload = avatar?.startsWith('/v1/media/');
    return c.json({ name, avatar: isUpload ? `/v1/invites/${code}/avatar` : avatar, members, approval, expires }, 200);
  },
);
