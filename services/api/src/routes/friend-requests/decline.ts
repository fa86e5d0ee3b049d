import type { FriendRequest } from '@parley/protocol';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { friendRequestSchema } from '../../http/schemas.ts';
import { decide, getRequest } from '../../queries/friend-requests.ts';
import { lockRequest } from './lock-request.ts';

/** Declines a friend request that the caller received. Idempotent. */
export const decline = callerOperation(
  {
    method: 'post',
    operationId: 'declineFriendRequest',
    path: '/v1/friend-requests/{id}/decline',
    tags: ['Friends'],
    summary: 'Decline a request',
    request: { params: idParams },
    responses: { 200: jsonResponse(friendRequestSchema, 'The request') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id } = c.req.valid('param');
    const request = await commitAndNotify(c.var.context, async (tx, notify) => {
      const { from, state } = await lockRequest(tx, id, me);
      if (state === 'accepted') throw new Refusal('conflict', 'This request was accepted.');
      if (state === 'pending') {
        await decide(tx, id, 'declined');
        notify({
          events: [
            { users: [from], event: { kind: 'friend', user: me, change: 'declined' } },
            { users: [me], event: { kind: 'friend', user: from, change: 'declined' } },
          ],
        });
      }
      return (await getRequest(tx, id)) as FriendRequest;
    });
    return c.json(request, 200);
  },
);
