import { z } from '@hono/zod-openapi';
import { listInvitations } from '../../../accounts/invitation-queries.ts';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../../http/page.ts';
import { pageOf } from '../../../http/schemas.ts';
import { invitationSchema } from './schemas.ts';

const cursor = pageCursor('number', /[A-Za-z0-9_-]{1,64}/);

/** Lists the invitations to register, the newest first. */
export const list = serverOperation(
  {
    method: 'get',
    operationId: 'listInvitations',
    path: '/v1/server/invitations',
    scope: 'admin',
    tags: ['Server'],
    summary: 'The invitations to register',
    request: { query: z.strictObject(pageFields(cursor)) },
    responses: { 200: jsonResponse(pageOf(invitationSchema), 'A page of invitations, the newest first') },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const rows = await listInvitations(c.var.context.db, after, limit + 1);
    return c.json(
      toPage(
        rows,
        limit,
        (row) => row,
        cursor,
        (row) => [row.created, row.code],
      ),
      200,
    );
  },
);
