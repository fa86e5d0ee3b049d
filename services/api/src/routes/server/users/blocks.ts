import { z } from '@hono/zod-openapi';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import { jsonResponse, noContent, serverOperation } from '../../../http/operation.ts';
import { fieldRefusal } from '../../../http/refusal.ts';
import { blockSchema } from '../../../http/schemas.ts';
import { block, unblock } from '../../blocks/block.ts';
import { refParam, requireUser } from '../refs.ts';

const params = z.object({ user: refParam, blocked: refParam });

/** Makes one user block another. */
export const putBlock = serverOperation(
  {
    method: 'put',
    operationId: 'putServerBlock',
    path: '/v1/server/users/{user}/blocks/{blocked}',
    tags: ['Server'],
    summary: 'Block a user in the name of another user',
    request: { params },
    responses: { 200: jsonResponse(blockSchema, 'The block') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { context } = c.var;
    const given = c.req.valid('param');
    const made = await commitAndNotify(context, async (tx, notify) => {
      const [user, blocked] = [await requireUser(tx, given.user), await requireUser(tx, given.blocked)];
      if (user === blocked) throw fieldRefusal('conflict', 'blocked', 'A user cannot block themselves.');
      return await block(tx, notify, context.config, user, blocked);
    });
    return c.json(made, 200);
  },
);

/** Makes one user unblock another. No-op if the user was not blocked. */
export const removeBlock = serverOperation(
  {
    method: 'delete',
    operationId: 'removeServerBlock',
    path: '/v1/server/users/{user}/blocks/{blocked}',
    tags: ['Server'],
    summary: 'Unblock a user in the name of another user',
    request: { params },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const given = c.req.valid('param');
    await commitAndNotify(c.var.context, async (tx, notify) => {
      await unblock(tx, notify, await requireUser(tx, given.user), await requireUser(tx, given.blocked));
    });
    return c.body(null, 204);
  },
);
