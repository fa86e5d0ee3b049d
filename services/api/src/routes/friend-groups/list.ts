import { z } from '@hono/zod-openapi';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { friendGroupSchema, pageOf } from '../../http/schemas.ts';
import { listFriendGroups } from '../../queries/friend-groups.ts';

const cursor = pageCursor('int32', 'number');

/** Lists the caller's friend groups. */
export const list = callerOperation(
  {
    method: 'get',
    operationId: 'listFriendGroups',
    path: '/v1/friend-groups',
    tags: ['Friends'],
    summary: 'Your friend groups',
    request: { query: z.strictObject(pageFields(cursor)) },
    responses: { 200: jsonResponse(pageOf(friendGroupSchema), 'A page of friend groups by position') },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const rows = await listFriendGroups(c.var.context.db, c.var.caller.user, after, limit + 1);
    return c.json(
      toPage(
        rows,
        limit,
        (row) => row,
        cursor,
        (row) => [row.position, row.id],
      ),
      200,
    );
  },
);
