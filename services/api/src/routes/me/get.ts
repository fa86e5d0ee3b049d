import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { userSchema } from '../../http/schemas.ts';
import { getUser } from '../../queries/users.ts';

/** Returns the profile of the caller. */
export const get = callerOperation(
  {
    method: 'get',
    operationId: 'getMe',
    path: '/v1/me',
    tags: ['People'],
    summary: 'The signed-in user',
    responses: { 200: jsonResponse(userSchema, 'The user') },
  },
  async (c) => {
    const user = await getUser(c.var.context.db, c.var.caller.user);
    if (user === undefined) throw new Refusal('unauthenticated');
    return c.json(user, 200);
  },
);
