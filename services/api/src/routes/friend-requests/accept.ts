import type { FriendRequest } from '@parley/protocol';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { friendRequestSchema } from '../../http/schemas.ts';
import { isBlocked } from '../../queries/blocks.ts';
import { getRequest } from '../../queries/friend-requests.ts';
import { befriend } from './befriend.ts';
import { lockRequest } from './lock-request.ts';

/** Accepts a friend request that the caller received. Idempotent. */
export const accept = callerOperation(
  {
    method: 'post',
    operationId: 'acceptFriendRequest',
    path: '/v1/friend-requests/{id}/accept',
    tags: ['Friends'],
    summary: 'Accept a request',
    request: { params: idParams },
    responses: { 200: jsonResponse(friendRequestSchema, 'The request') },
    refuses: ['not-found', 'conflict', 'blocked'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id } = c.req.valid('param');
    const request = await commitAndNotify(c.var.context, async (tx, notify) => {
      const { from, state } = await lockRequest(tx, id, me);
      if (state === 'declined') throw new Refusal('conflict', 'This request was declined.');
      if (state === 'pending') {
        if (await isBlocked(tx, from, me)) throw new Refusal('blocked', "You can't become friends with this person.");
        await befriend(tx, notify, c.var.context.config, me, from);
      }
      return (await getRequest(tx, id)) as FriendRequest;
    });
    return c.json(request, 200);
  },
);
