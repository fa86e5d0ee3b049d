import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { changes, idParams, line } from '../../http/fields.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import { friendGroupSchema } from '../../http/schemas.ts';
import { isNameTaken, updateFriendGroup } from '../../queries/friend-groups.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { positionField } from './position-field.ts';

const schema = changes({ name: line(64).optional(), position: positionField.optional() });

/** Renames a friend group of the caller, or changes its position. */
export const update = callerOperation(
  {
    method: 'patch',
    operationId: 'updateFriendGroup',
    path: '/v1/friend-groups/{id}',
    tags: ['Friends'],
    summary: 'Rename or move a friend group',
    request: { params: idParams, body: jsonBody(schema) },
    responses: { 200: jsonResponse(friendGroupSchema, 'The changed friend group') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id } = c.req.valid('param');
    const changes = c.req.valid('json');
    const group = await commitAndNotify(c.var.context, async (tx) => {
      await lockUsers(tx, [me]);
      if (changes.name !== undefined && (await isNameTaken(tx, me, changes.name, id))) {
        throw fieldRefusal('conflict', 'name', 'You have a friend group of that name');
      }
      return await updateFriendGroup(tx, me, id, changes);
    });
    if (group === undefined) throw new Refusal('not-found');
    return c.json(group, 200);
  },
);
