import { z } from '@hono/zod-openapi';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../../http/page.ts';
import { pageOf } from '../../../http/schemas.ts';
import { listHolds } from '../../../queries/holds.ts';
import { holdSchema } from './schemas.ts';

/** Lists the legal holds, ordered by the id of their user or group. */
export const listServerHolds = serverOperation(
  {
    method: 'get',
    operationId: 'listServerHolds',
    path: '/v1/server/holds',
    scope: 'admin',
    tags: ['Server'],
    summary: 'The legal holds',
    request: { query: z.strictObject(pageFields(idCursor)) },
    responses: { 200: jsonResponse(pageOf(holdSchema), 'A page of holds, by the id of their user or group') },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const rows = await listHolds(c.var.context.db, after?.[0] ?? 0, limit + 1);
    const page = toPage(
      rows,
      limit,
      (row) => row,
      idCursor,
      (row) => [row.id],
    );
    return c.json(page, 200);
  },
);
