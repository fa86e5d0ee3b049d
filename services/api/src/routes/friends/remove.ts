import { bumpPermits } from '@parley/database';
import { change } from '../../events/change.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, done } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { deleteFriendship } from '../../queries/friendships.ts';

/** Ends a friendship, for both. */
export const remove = callerOperation(
  {
    method: 'delete',
    path: '/v1/friends/{id}',
    tags: ['Friends'],
    summary: 'End a friendship',
    request: { params: idParams },
    responses: { 204: done },
    refuses: ['not-found'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id: friend } = c.req.valid('param');
    await change(c.var.parts, async (tx, tell) => {
      await bumpPermits(tx, [me, friend]);
      if (!(await deleteFriendship(tx, me, friend))) throw new Refusal('not-found', 'You are no friends.');
      tell({
        copies: [me, friend],
        forget: [me, friend],
        events: [
          { users: [friend], event: { kind: 'friend', user: me, change: 'removed' } },
          { users: [me], event: { kind: 'friend', user: friend, change: 'removed' } },
        ],
      });
    });
    return c.body(null, 204);
  },
);
