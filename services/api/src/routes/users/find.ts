import { z } from '@hono/zod-openapi';
import { line } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { pageOf, userSchema } from '../../http/schemas.ts';
import { findUsers } from '../../queries/users.ts';

const cursor = pageCursor(/[a-z0-9_.~-]{1,40}/);

/** Finds users by the beginning of their username or name. */
export const find = callerOperation(
  {
    method: 'get',
    operationId: 'findUsers',
    path: '/v1/users',
    tags: ['People'],
    summary: 'Find people by the beginning of their username or name',
    request: { query: z.strictObject({ q: line(64), ...pageFields(cursor) }) },
    responses: { 200: jsonResponse(pageOf(userSchema), 'A page of users by username') },
  },
  async (c) => {
    const { q, limit, after } = c.req.valid('query');
    const [last = ''] = after ?? [];
    const users = await findUsers(c.var.context.db, q, last, limit + 1);
    return c.json(
      toPage(
        users,
        limit,
        (user) => user,
        cursor,
        (user) => [user.username],
      ),
      200,
    );
  },
);
