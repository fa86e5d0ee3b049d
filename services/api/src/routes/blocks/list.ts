import { z } from '@hono/zod-openapi';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../http/page.ts';
import { blockSchema, pageOf } from '../../http/schemas.ts';
import { listBlocks } from '../../queries/blocks.ts';

/** Lists the users that the caller blocks. */
export const list = callerOperation(
  {
    method: 'get',
    operationId: 'listBlocks',
    path: '/v1/blocks',
    tags: ['Blocks'],
    summary: 'The users that you block',
    request: { query: z.strictObject(pageFields(idCursor)) },
    responses: { 200: jsonResponse(pageOf(blockSchema), 'A page of blocked users by id') },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const [last] = after ?? [];
    const rows = await listBlocks(c.var.context.db, c.var.caller.user, { after: last, limit: limit + 1 });
    return c.json(
      toPage(
        rows,
        limit,
        (row) => row,
        idCursor,
        (row) => [row.user.id],
      ),
      200,
    );
  },
);
