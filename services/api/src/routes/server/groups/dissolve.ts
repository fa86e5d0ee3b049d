import { z } from '@hono/zod-openapi';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import { noContent, serverOperation } from '../../../http/operation.ts';
import { lockGroup } from '../../../queries/groups.ts';
import { findGroupId } from '../../../queries/server-groups.ts';
import { endGroup } from '../../groups/end-group.ts';
import { refParam } from '../refs.ts';

/** Dissolves a group and deletes its messages. No-op if the group does not exist. */
export const dissolveGroup = serverOperation(
  {
    method: 'delete',
    operationId: 'dissolveServerGroup',
    path: '/v1/server/groups/{group}',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Dissolve a group',
    request: { params: z.object({ group: refParam }) },
    responses: { 204: noContent },
  },
  async (c) => {
    await commitAndNotify(c.var.context, async (tx, notify) => {
      const group = await findGroupId(tx, c.req.valid('param').group);
      if (group !== undefined && (await lockGroup(tx, group))) await endGroup(tx, notify, group);
    });
    return c.body(null, 204);
  },
);
