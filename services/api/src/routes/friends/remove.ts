import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { unfriend } from './unfriend.ts';

/** Ends a friendship for both users. */
export const remove = callerOperation(
  {
    method: 'delete',
    operationId: 'removeFriend',
    path: '/v1/friends/{id}',
    tags: ['Friends'],
    summary: 'End a friendship',
    request: { params: idParams },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id: friend } = c.req.valid('param');
    await commitAndNotify(c.var.context, async (tx, notify) => {
      if (!(await unfriend(tx, notify, me, friend))) throw new Refusal('not-found', 'This user is not your friend.');
    });
    return c.body(null, 204);
  },
);
