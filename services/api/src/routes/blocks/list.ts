import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { numberCursor, pageQuery, readCursor, toPage } from '../../http/page.ts';
import { blockSchema, pageOf } from '../../http/schemas.ts';
import { listBlocks } from '../../queries/blocks.ts';

/** Whom the caller blocks. */
export const list = callerOperation(
  {
    method: 'get',
    operationId: 'listBlocks',
    path: '/v1/blocks',
    tags: ['Blocks'],
    summary: 'Whom you block',
    request: { query: pageQuery },
    responses: { 200: jsonResponse(pageOf(blockSchema), 'A page of blocked users by id') },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const [last] = readCursor(after, numberCursor) ?? [];
    const rows = await listBlocks(c.var.context.db, c.var.caller.user, { after: last, limit: limit + 1 });
    return c.json(
      toPage(
        rows,
        limit,
        (row) => row,
        (row) => [row.user.id],
      ),
      200,
    );
  },
);
