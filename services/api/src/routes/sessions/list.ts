import { z } from '@hono/zod-openapi';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { pageOf, signInSchema } from '../../http/schemas.ts';
import { listSessions } from '../../queries/sessions.ts';

const cursor = pageCursor('number', /[A-Za-z0-9_-]{1,64}/);

/** Lists the caller's sessions. */
export const list = callerOperation(
  {
    method: 'get',
    operationId: 'listSessions',
    path: '/v1/sessions',
    tags: ['Accounts'],
    summary: 'Your sessions',
    request: { query: z.strictObject(pageFields(cursor)) },
    responses: { 200: jsonResponse(pageOf(signInSchema), 'A page of sessions, the newest first') },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const { user, session } = c.var.caller;
    const rows = await listSessions(c.var.context.db, user, Date.now(), after, limit + 1);
    return c.json(
      toPage(
        rows,
        limit,
        (row) => ({ ...row, current: row.id === session }),
        cursor,
        (row) => [row.created, row.id],
      ),
      200,
    );
  },
);
