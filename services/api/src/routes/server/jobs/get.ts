import { idParams } from '../../../http/fields.ts';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { getJob } from '../../../queries/jobs.ts';
import { jobSchema } from '../schemas.ts';

/** Returns a job with its progress. */
export const getServerJob = serverOperation(
  {
    method: 'get',
    operationId: 'getServerJob',
    path: '/v1/server/jobs/{id}',
    scope: 'write',
    tags: ['Server'],
    summary: 'A job of this API key',
    request: { params: idParams },
    responses: { 200: jsonResponse(jobSchema, 'The job') },
    refuses: ['not-found'],
  },
  async (c) => {
    const job = await getJob(c.var.context.db, c.var.key, c.req.valid('param').id);
    if (job === undefined) throw new Refusal('not-found', 'This API key has no job with this id.');
    return c.json(job, 200);
  },
);
