import { z } from '@hono/zod-openapi';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../../http/page.ts';
import { pageOf } from '../../../http/schemas.ts';
import { listImports } from '../../../queries/imports.ts';
import { importSchema } from './schemas.ts';

const query = z.strictObject(pageFields(idCursor));

/** Lists the imports of an API key, the newest first. */
export const listServerImports = serverOperation(
  {
    method: 'get',
    operationId: 'listServerImports',
    path: '/v1/server/imports',
    scope: 'admin',
    tags: ['Server'],
    summary: 'The imports of this API key',
    request: { query },
    responses: { 200: jsonResponse(pageOf(importSchema), 'A page of imports, the newest first') },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const rows = await listImports(c.var.context.db, c.var.key, { before: after?.[0], limit: limit + 1 });
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
