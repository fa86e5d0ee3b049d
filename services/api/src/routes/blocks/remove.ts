import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, noContent } from '../../http/operation.ts';
import { unblock } from './block.ts';

/** Unblocks a user. No-op if the user was not blocked. */
export const remove = callerOperation(
  {
    method: 'delete',
    operationId: 'unblockUser',
    path: '/v1/blocks/{id}',
    tags: ['Blocks'],
    summary: 'Unblock someone',
    request: { params: idParams },
    responses: { 204: noContent },
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id: blocked } = c.req.valid('param');
    await commitAndNotify(c.var.context, (tx, notify) => unblock(tx, notify, me, blocked));
    return c.body(null, 204);
  },
);
