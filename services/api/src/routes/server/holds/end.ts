import { audit } from '../../../accounts/audit.ts';
import { idParams } from '../../../http/fields.ts';
import { noContent, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { endHold } from '../../../queries/holds.ts';

/** Ends a legal hold. */
export const removeHold = serverOperation(
  {
    method: 'delete',
    operationId: 'deleteServerHold',
    path: '/v1/server/holds/{id}',
    scope: 'admin',
    tags: ['Server'],
    summary: 'End a legal hold',
    description: 'The next run of the retention deletes the preserved messages that no other hold covers.',
    request: { params: idParams },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { id } = c.req.valid('param');
    if (!(await endHold(c.var.context.db, id))) throw new Refusal('not-found', `There is no hold of ${id}.`);
    audit(c, 'hold.ended', { hold: id });
    return c.body(null, 204);
  },
);
