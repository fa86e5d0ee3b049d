import { bumpPermits } from '@parley/database';
import type { Block } from '@parley/protocol';
import { change } from '../../events/change.ts';
import { idParams } from '../../http/fields.ts';
import { answer, callerOperation } from '../../http/operation.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import { blockSchema } from '../../http/schemas.ts';
import { countBlocks, insertBlock, listBlocks } from '../../queries/blocks.ts';
import { decidePending } from '../../queries/friend-requests.ts';
import { lockUsers } from '../../queries/lock-users.ts';

/**
 * Blocks someone: they can no longer write to the caller nor ask to become friends, and what they had asked is declined. A friendship
 * stays, so that unblocking brings back what was. The blocked one is not told.
 */
export const put = callerOperation(
  {
    method: 'put',
    path: '/v1/blocks/{id}',
    tags: ['Blocks'],
    summary: 'Block someone',
    request: { params: idParams },
    responses: { 200: answer(blockSchema, 'The block') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { parts } = c.var;
    const { user: me } = c.var.caller;
    const { id: blocked } = c.req.valid('param');
    if (blocked === me) throw fieldRefusal('bad-request', 'id', 'That is you');
    const block = await change(parts, async (tx, tell) => {
      if (!(await lockUsers(tx, [me, blocked]))) throw new Refusal('not-found', 'There is no such user.');
      const count = await countBlocks(tx, me);
      if (await insertBlock(tx, me, blocked)) {
        if (count >= parts.config.limits.blocks) throw new Refusal('conflict', 'You block as many users as one may.');
        await bumpPermits(tx, [me]);
        await decidePending(tx, blocked, me, 'declined');
        tell({
          copies: [me],
          forget: [me, blocked],
          events: [{ users: [me], event: { kind: 'friend', user: blocked, change: 'blocked' } }],
        });
      }
      const [row] = await listBlocks(tx, me, { blocked, limit: 1 });
      return row as Block;
    });
    return c.json(block, 200);
  },
);
