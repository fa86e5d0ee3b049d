import { idParams } from '../../http/fields.ts';
import { callerOperation, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { deleteFriendGroup } from '../../queries/friend-groups.ts';

/** Deletes a friend group of the caller. Its friends remain friends, without a group. */
export const remove = callerOperation(
  {
    method: 'delete',
    operationId: 'removeFriendGroup',
    path: '/v1/friend-groups/{id}',
    tags: ['Friends'],
    summary: 'Remove a friend group, not its friends',
    request: { params: idParams },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    if (!(await deleteFriendGroup(c.var.context.db, me, c.req.valid('param').id))) throw new Refusal('not-found');
    return c.body(null, 204);
  },
);
