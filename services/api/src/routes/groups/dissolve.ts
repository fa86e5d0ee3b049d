import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, noContent } from '../../http/operation.ts';
import { endGroup } from './end-group.ts';
import { enterGroup } from './enter-group.ts';

/** Dissolves a group. Its messages are deleted in the background. */
export const dissolve = callerOperation(
  {
    method: 'delete',
    operationId: 'dissolveGroup',
    path: '/v1/groups/{id}',
    tags: ['Groups'],
    summary: 'Dissolve a group',
    request: { params: idParams },
    responses: { 204: noContent },
    refuses: ['not-found', 'forbidden'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id } = c.req.valid('param');
    await commitAndNotify(c.var.context, async (tx, notify) => {
      await enterGroup(tx, id, me, 'owner');
      await endGroup(tx, notify, id);
    });
    return c.body(null, 204);
  },
);
