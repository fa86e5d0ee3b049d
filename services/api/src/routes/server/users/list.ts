import { z } from '@hono/zod-openapi';
import { line } from '../../../http/fields.ts';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../../http/page.ts';
import { pageOf } from '../../../http/schemas.ts';
import { listServerUsers } from '../../../queries/server-users.ts';
import { serverUserSchema } from '../schemas.ts';

const cursor = pageCursor('number');

const query = z.strictObject({
  q: line(64)
    .optional()
    .openapi({ description: 'The beginning of a username, a name or an external id. Default: everybody' }),
  ...pageFields(cursor),
});

/** Lists users in ascending order of ids. */
export const listUsers = serverOperation(
  {
    method: 'get',
    operationId: 'listServerUsers',
    path: '/v1/server/users',
    tags: ['Server'],
    summary: 'List or find users',
    description: 'With `q`, the case of letters matters for external ids only.',
    request: { query },
    responses: { 200: jsonResponse(pageOf(serverUserSchema), 'A page of users by id') },
  },
  async (c) => {
    const { q, limit, after } = c.req.valid('query');
    const users = await listServerUsers(c.var.context.db, { q, after: after?.[0] ?? 0, limit: limit + 1 });
    const page = toPage(
      users,
      limit,
      (user) => user,
      cursor,
      (user) => [user.id],
    );
    return c.json(page, 200);
  },
);
