import { z } from '@hono/zod-openapi';
import { audit } from '../../../accounts/audit.ts';
import { exportDescription, exportResponse } from '../../../export/export-response.ts';
import { serverOperation } from '../../../http/operation.ts';
import { refParam, requireUser } from '../refs.ts';

/** Returns all stored data about a user as one archive. */
export const exportUser = serverOperation(
  {
    method: 'get',
    operationId: 'exportServerUser',
    path: '/v1/server/users/{user}/export',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Export all data of a user as one archive',
    description: 'The archive of `GET /v1/me/export`, for a user who asks the operator for it.',
    request: { params: z.object({ user: refParam }) },
    responses: { 200: exportDescription },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context, requestId } = c.var;
    const user = await requireUser(context.db, c.req.valid('param').user);
    audit(c, 'account.exported', { user });
    return exportResponse(context, user, requestId);
  },
);
