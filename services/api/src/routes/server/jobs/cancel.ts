import { audit } from '../../../accounts/audit.ts';
import { idParams } from '../../../http/fields.ts';
import { noContent, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { cancelJob } from '../../../queries/jobs.ts';

/** Cancels a job. Messages that it has already sent are kept. */
export const cancelServerJob = serverOperation(
  {
    method: 'delete',
    operationId: 'cancelServerJob',
    path: '/v1/server/jobs/{id}',
    tags: ['Server'],
    summary: 'Cancel a job',
    description:
      'Messages that were sent stay, and at most 20 more may be sent. A job that has finished stays as it is. ' +
      'The job can still be read.',
    request: { params: idParams },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { id } = c.req.valid('param');
    if (!(await cancelJob(c.var.context.db, c.var.key, id)))
      throw new Refusal('not-found', 'This API key has no job with this id.');
    audit(c, 'job.canceled', { job: id });
    return c.body(null, 204);
  },
);
