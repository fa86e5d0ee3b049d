import { z } from '@hono/zod-openapi';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { friendSchema, pageOf } from '../../http/schemas.ts';
import { listFriends } from '../../queries/friendships.ts';
import { toFriends } from './to-friends.ts';

const cursor = pageCursor('int32', 'number', 'number');

/** Lists the caller's friends. */
export const list = callerOperation(
  {
    method: 'get',
    operationId: 'listFriends',
    path: '/v1/friends',
    tags: ['Friends'],
    summary: 'Your friends',
    request: { query: z.strictObject(pageFields(cursor)) },
    responses: {
      200: jsonResponse(pageOf(friendSchema), 'A page of friends by friend group; friends without a group are last'),
    },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const { db, redis } = c.var.context;
    const rows = await listFriends(db, c.var.caller.user, { after: after, limit: limit + 1 });
    const { items, next } = toPage(
      rows,
      limit,
      (row) => row,
      cursor,
      (row) => row.place,
    );
    return c.json({ items: await toFriends(redis, items), next }, 200);
  },
);
