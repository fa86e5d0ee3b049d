import { z } from '@hono/zod-openapi';
import { audit } from '../../../accounts/audit.ts';
import { deleteInvitation } from '../../../accounts/invitation-queries.ts';
import { noContent, serverOperation } from '../../../http/operation.ts';
import { codeField } from './schemas.ts';

/** Deletes an invitation to register. No-op if it does not exist. */
export const remove = serverOperation(
  {
    method: 'delete',
    operationId: 'deleteInvitation',
    path: '/v1/server/invitations/{code}',
    scope: 'admin',
    tags: ['Server'],
    summary: 'Withdraw an invitation',
    request: { params: z.object({ code: codeField }) },
    responses: { 204: noContent },
  },
  async (c) => {
    await deleteInvitation(c.var.context.db, c.req.valid('param').code);
    audit(c, 'invitation.deleted');
    return c.body(null, 204);
  },
);
