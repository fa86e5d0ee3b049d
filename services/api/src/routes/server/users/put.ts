import { isDeepStrictEqual } from 'node:util';
import { z } from '@hono/zod-openapi';
import type { Database } from '@parley/database';
import { audit } from '../../../accounts/audit.ts';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import type { Notify } from '../../../events/notice.ts';
import { checkCustom } from '../../../http/check-custom.ts';
import { avatarField, customField, line, nameField, usernameField } from '../../../http/fields.ts';
import { jsonBody, jsonResponse, serverOperation } from '../../../http/operation.ts';
import { friendIds } from '../../../queries/friendships.ts';
import { lockUsers } from '../../../queries/lock-users.ts';
import {
  findUserId,
  getServerUser,
  insertServerUser,
  type ServerUser,
  updateServerUser,
} from '../../../queries/server-users.ts';
import { externalIdField } from '../refs.ts';
import { serverUserSchema } from '../schemas.ts';
import { reactivate } from './reactivate.ts';
import { refuseTakenUsername } from './username-taken.ts';

const schema = z.strictObject({
  username: usernameField.optional().openapi({ description: 'Default: a reserved name that nobody can register' }),
  name: nameField.optional().openapi({ description: 'For a new user the username or external id when absent' }),
  avatar: avatarField.optional(),
  sign: line(200, 0).optional(),
  custom: customField.optional(),
});

/**
 * Creates the user with an external id, or changes the given fields of the existing user.
 * Reactivates a deactivated user.
 */
export const putUser = serverOperation(
  {
    method: 'put',
    operationId: 'putServerUser',
    path: '/v1/server/users/{user}',
    tags: ['Server'],
    summary: 'Make or change a user, by your own id',
    request: { params: z.object({ user: externalIdField }), body: jsonBody(schema) },
    responses: {
      200: jsonResponse(serverUserSchema, 'The changed user'),
      201: jsonResponse(serverUserSchema, 'The new user'),
    },
    refuses: ['conflict'],
  },
  async (c) => {
    const { user: externalId } = c.req.valid('param');
    const given = c.req.valid('json');
    checkCustom(c.var.context.config, given.custom);
    const work = commitAndNotify(c.var.context, async (tx, notify) => {
      const added = await insertServerUser(tx, externalId, given);
      if (added === undefined) return { status: 200 as const, ...(await update(tx, notify, externalId, given)) };
      notify({ copies: [added], forget: [added], externals: [{ external: externalId, user: added }] });
      return { status: 201 as const, user: (await getServerUser(tx, added)) as ServerUser, reactivated: false };
    });
    const { status, user, reactivated } = await refuseTakenUsername(work);
    if (reactivated) audit(c, 'account.reactivated', { user: user.id });
    return c.json(user, status);
  },
);

async function update(
  tx: Database,
  notify: Notify,
  externalId: string,
  given: z.infer<typeof schema>,
): Promise<{ user: ServerUser; reactivated: boolean }> {
  const id = (await findUserId(tx, externalId)) as number;
  await lockUsers(tx, [id]);
  const before = (await getServerUser(tx, id)) as ServerUser;
  const reactivated = await reactivate(tx, notify, before);
  await updateServerUser(tx, id, given);
  const after = (await getServerUser(tx, id)) as ServerUser;
  const shown = (['username', 'name', 'avatar', 'sign', 'custom'] as const).some(
    (field) => !isDeepStrictEqual(before[field], after[field]),
  );
  if (shown) notify({ events: [{ users: [id, ...(await friendIds(tx, id))], event: { kind: 'profile', user: id } }] });
  return { user: after, reactivated };
}
