import { z } from '@hono/zod-openapi';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../../http/page.ts';
import { pageOf } from '../../../http/schemas.ts';
import { listJobs } from '../../../queries/jobs.ts';
import { jobSchema } from '../schemas.ts';

const query = z.strictObject(pageFields(idCursor));

/** Lists the jobs of an API key, the newest first. */
export const listServerJobs = serverOperation(
  {
    method: 'get',
    operationId: 'listServerJobs',
    path: '/v1/server/jobs',
    scope: 'write',
    tags: ['Server'],
    summary: 'The jobs of this API key',
    request: { query },
    responses: { 200: jsonResponse(pageOf(jobSchema), 'A page of jobs, the newest first') },
  },
  async (c) => {
    const { limit, after } = c.req.valid('query');
    const rows = await listJobs(c.var.context.db, c.var.key, { before: after?.[0], limit: limit + 1 });
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
