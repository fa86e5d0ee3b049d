import { idParams } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { groupSchema } from '../../http/schemas.ts';
import { getGroup } from '../../queries/groups.ts';
import { noGroup } from './enter-group.ts';

/** Returns a group of which the caller is a member. */
export const get = callerOperation(
  {
    method: 'get',
    operationId: 'getGroup',
    path: '/v1/groups/{id}',
    tags: ['Groups'],
    summary: 'A group you are in',
    request: { params: idParams },
    responses: { 200: jsonResponse(groupSchema, 'The group') },
    refuses: ['not-found'],
  },
  async (c) => {
    const group = await getGroup(c.var.context.db, c.req.valid('param').id, c.var.caller.user);
    if (group === undefined) throw noGroup();
    return c.json(group, 200);
  },
);
