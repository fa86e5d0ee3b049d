import { z } from '@hono/zod-openapi';
import { bumpPermits, type Database } from '@parley/database';
import { audit } from '../../../accounts/audit.ts';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import type { Notify } from '../../../events/notice.ts';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { lockUsers } from '../../../queries/lock-users.ts';
import { getServerUser, type ServerUser, updateServerUser } from '../../../queries/server-users.ts';
import { refParam, requireUser } from '../refs.ts';
import { serverUserSchema } from '../schemas.ts';

/** Reverses the deactivation of a user, who can then sign in and receive messages again. */
export const reactivateUser = serverOperation(
  {
    method: 'post',
    operationId: 'reactivateServerUser',
    path: '/v1/server/users/{user}/reactivate',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Reactivate a user',
    description: 'Sessions that the deactivation ended stay ended. No-op if the user is active.',
    request: { params: z.object({ user: refParam }) },
    responses: { 200: jsonResponse(serverUserSchema, 'The user') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: ref } = c.req.valid('param');
    const { user, reactivated } = await commitAndNotify(context, async (tx, notify) => {
      const id = await requireUser(tx, ref);
      await lockUsers(tx, [id]);
      const before = (await getServerUser(tx, id)) as ServerUser;
      const reactivated = await reactivate(tx, notify, before);
      return { user: { ...before, deactivated: null }, reactivated };
    });
    if (reactivated) audit(c, 'account.reactivated', { user: user.id });
    return c.json(user, 200);
  },
);

/**
 * Reactivates a user in the caller's transaction, which must have locked the user. Returns false if
 * the user is already active.
 */
export async function reactivate(
  tx: Database,
  notify: Notify,
  { id, externalId, deactivated }: ServerUser,
): Promise<boolean> {
  if (deactivated === null) return false;
  await bumpPermits(tx, [id]);
  await updateServerUser(tx, id, { deactivated: null });
  notify({
    copies: [id],
    forget: [id],
    externals: externalId === null ? [] : [{ external: externalId, user: id }],
  });
  return true;
}
