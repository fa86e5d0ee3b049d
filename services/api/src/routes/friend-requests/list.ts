import { z } from '@hono/zod-openapi';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../http/page.ts';
import { friendRequestSchema, pageOf } from '../../http/schemas.ts';
import { listRequests } from '../../queries/friend-requests.ts';

const query = z.strictObject({ state: friendRequestSchema.shape.state.optional(), ...pageFields(idCursor) });

/** Lists friend requests that the caller sent or received. */
export const list = callerOperation(
  {
    method: 'get',
    operationId: 'listFriendRequests',
    path: '/v1/friend-requests',
    tags: ['Friends'],
    summary: 'Requests from and to you',
    request: { query },
    responses: { 200: jsonResponse(pageOf(friendRequestSchema), 'A page of requests, the newest first') },
  },
  async (c) => {
    const { limit, after, state } = c.req.valid('query');
    const [before] = after ?? [];
    const rows = await listRequests(c.var.context.db, c.var.caller.user, { before, state, limit: limit + 1 });
    return c.json(
      toPage(
        rows,
        limit,
        (row) => row,
        idCursor,
        (row) => [row.id],
      ),
      200,
    );
  },
);
