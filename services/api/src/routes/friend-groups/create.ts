import { z } from '@hono/zod-openapi';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { line } from '../../http/fields.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import { friendGroupSchema } from '../../http/schemas.ts';
import { countFriendGroups, insertFriendGroup } from '../../queries/friend-groups.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { positionField } from './position-field.ts';

const schema = z.strictObject({ name: line(64), position: positionField.default(0) });

/** Adds a friend group, a list into which the caller sorts friends. */
export const create = callerOperation(
  {
    method: 'post',
    operationId: 'createFriendGroup',
    path: '/v1/friend-groups',
    tags: ['Friends'],
    summary: 'Add a friend group',
    request: { body: jsonBody(schema) },
    responses: { 201: jsonResponse(friendGroupSchema, 'The friend group') },
    refuses: ['conflict'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const group = await commitAndNotify(context, async (tx) => {
      await lockUsers(tx, [me]);
      if ((await countFriendGroups(tx, me)) >= context.config.limits.friendGroups) {
        throw new Refusal('conflict', 'You have the maximum number of friend groups.');
      }
      return await insertFriendGroup(tx, me, c.req.valid('json'));
    });
    if (group === undefined) throw fieldRefusal('conflict', 'name', 'You have a friend group of that name');
    return c.json(group, 201);
  },
);
