import { bumpPermits } from '@parley/database';
import { change } from '../../events/change.ts';
import { idParams } from '../../http/fields.ts';
import { callerOperation, done } from '../../http/operation.ts';
import { deleteBlock } from '../../queries/blocks.ts';

/** Lets someone write to the caller again; nothing happens if they could. */
export const remove = callerOperation(
  {
    method: 'delete',
    path: '/v1/blocks/{id}',
    tags: ['Blocks'],
    summary: 'Unblock someone',
    request: { params: idParams },
    responses: { 204: done },
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id: blocked } = c.req.valid('param');
    await change(c.var.parts, async (tx, tell) => {
      await bumpPermits(tx, [me]);
      if (!(await deleteBlock(tx, me, blocked))) return;
      tell({
        copies: [me],
        forget: [me, blocked],
        events: [{ users: [me], event: { kind: 'friend', user: blocked, change: 'updated' } }],
      });
    });
    return c.body(null, 204);
  },
);
