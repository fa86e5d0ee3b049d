import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, noContent } from '../../http/operation.ts';
import { depart } from './depart.ts';
import { enterGroup } from './enter-group.ts';

/** Removes the caller from a group. */
export const leave = callerOperation(
  {
    method: 'post',
    operationId: 'leaveGroup',
    path: '/v1/groups/{id}/leave',
    tags: ['Groups'],
    summary: 'Leave a group',
    request: { params: idParams },
    responses: { 204: noContent },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id } = c.req.valid('param');
    await commitAndNotify(c.var.context, async (tx, notify) => {
      await depart(tx, notify, id, me, await enterGroup(tx, id, me), 'left');
    });
    return c.body(null, 204);
  },
);
