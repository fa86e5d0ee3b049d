import { z } from '@hono/zod-openapi';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../../http/page.ts';
import { pageOf, reportSchema } from '../../../http/schemas.ts';
import { listReports } from '../../../queries/reports.ts';
import { serverReportSchema } from './schemas.ts';

const query = z.strictObject({
  state: reportSchema.shape.state.optional().openapi({ description: 'Default: reports of any state' }),
  ...pageFields(idCursor),
});

/** Lists reports, the newest first. */
export const listServerReports = serverOperation(
  {
    method: 'get',
    operationId: 'listServerReports',
    path: '/v1/server/reports',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Reports of people, groups and messages',
    request: { query },
    responses: { 200: jsonResponse(pageOf(serverReportSchema), 'A page of reports, the newest first') },
  },
  async (c) => {
    const { state, limit, after } = c.req.valid('query');
    const rows = await listReports(c.var.context.db, { state, before: after?.[0], limit: limit + 1 });
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
