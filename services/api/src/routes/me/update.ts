import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { avatarField, changes, line, nameField } from '../../http/fields.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { userSchema } from '../../http/schemas.ts';
import { friendIds } from '../../queries/friendships.ts';
import { updateUser } from '../../queries/users.ts';

const schema = changes({ name: nameField.optional(), avatar: avatarField.optional(), sign: line(200, 0).optional() });

/** Changes what others see of the caller, and tells the caller's friends. */
export const update = callerOperation(
  {
    method: 'patch',
    operationId: 'updateMe',
    path: '/v1/me',
    tags: ['People'],
    summary: 'Change your name, avatar or sign',
    request: { body: jsonBody(schema) },
    responses: { 200: jsonResponse(userSchema, 'The user as changed') },
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const changes = c.req.valid('json');
    const user = await commitAndNotify(c.var.context, async (tx, notify) => {
      const updated = await updateUser(tx, me, changes);
      if (updated === undefined) throw new Refusal('unauthenticated');
      notify({ events: [{ users: [me, ...(await friendIds(tx, me))], event: { kind: 'profile', user: me } }] });
      return updated;
    });
    return c.json(user, 200);
  },
);
