import { idParams } from '../../http/fields.ts';
import { answer, callerOperation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { userSchema } from '../../http/schemas.ts';
import { getUser } from '../../queries/users.ts';

/** One person. */
export const get = callerOperation(
  {
    method: 'get',
    path: '/v1/users/{id}',
    tags: ['People'],
    summary: 'Someone by id',
    request: { params: idParams },
    responses: { 200: answer(userSchema, 'The user') },
    refuses: ['not-found'],
  },
  async (c) => {
    const user = await getUser(c.var.context.db, c.req.valid('param').id);
    if (user === undefined) throw new Refusal('not-found');
    return c.json(user, 200);
  },
);
