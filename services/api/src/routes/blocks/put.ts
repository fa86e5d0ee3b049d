import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { fieldRefusal } from '../../http/refusal.ts';
import { blockSchema } from '../../http/schemas.ts';
import { block } from './block.ts';

/**
 * Blocks a user. The blocked user can neither write to the caller nor send a friend request, and
 * their pending request is declined. A friendship is kept, and takes effect again after unblocking.
 * The blocked user is not notified.
 */
export const put = callerOperation(
  {
    method: 'put',
    operationId: 'blockUser',
    path: '/v1/blocks/{id}',
    tags: ['Blocks'],
    summary: 'Block someone',
    request: { params: idParams },
    responses: { 200: jsonResponse(blockSchema, 'The block') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { id: blocked } = c.req.valid('param');
    if (blocked === me) throw fieldRefusal('conflict', 'id', 'You cannot block yourself.');
    return c.json(await commitAndNotify(context, (tx, notify) => block(tx, notify, context.config, me, blocked)), 200);
  },
);
