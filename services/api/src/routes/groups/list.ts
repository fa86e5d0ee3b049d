import { z } from '@hono/zod-openapi';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../http/page.ts';
import { groupSchema, pageOf } from '../../http/schemas.ts';
import { listGroups } from '../../queries/groups.ts';

/** Lists the caller's groups. */
export const list = callerOperation(
  {
    method: 'get',
    operationId: 'listGroups',
    path: '/v1/groups',
    tags: ['Groups'],
    summary: 'Groups you are in',
    request: { query: z.strictObject(pageFields(idCursor)) },
    responses: { 200: jsonResponse(pageOf(groupSchema), 'A page of groups by id') },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const [last = 0] = after ?? [];
    const rows = await listGroups(c.var.context.db, c.var.caller.user, last, limit + 1);
    return c.json(
      toPage(
        rows,
        limit,
        (group) => group,
        idCursor,
        (group) => [group.id],
      ),
      200,
    );
  },
);
