import { idParams } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { userSchema } from '../../http/schemas.ts';
import { getUser } from '../../queries/users.ts';

/** Returns a user by id. */
export const get = callerOperation(
  {
    method: 'get',
    operationId: 'getUser',
    path: '/v1/users/{id}',
    tags: ['People'],
    summary: 'A user by id',
    request: { params: idParams },
    responses: { 200: jsonResponse(userSchema, 'The user') },
    refuses: ['not-found'],
  },
  async (c) => {
    const user = await getUser(c.var.context.db, c.req.valid('param').id);
    if (user === undefined) throw new Refusal('not-found');
    return c.json(user, 200);
  },
);
