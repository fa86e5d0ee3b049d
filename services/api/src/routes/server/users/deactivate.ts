import { z } from '@hono/zod-openapi';
import { bumpPermits } from '@parley/database';
import { SYSTEM_USER } from '@parley/protocol';
import { audit } from '../../../accounts/audit.ts';
import { endOfTokens } from '../../../accounts/end-sessions.ts';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import { noContent, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { getServerUser, updateServerUser } from '../../../queries/server-users.ts';
import { endSurplusSessions } from '../../../queries/sessions.ts';
import { refParam, requireUser } from '../refs.ts';

/**
 * Deactivates a user: ends the user's sessions, closes the user's sockets, and refuses sign-ins and
 * messages to the user. All other data stays until the user is reactivated.
 */
export const deactivateUser = serverOperation(
  {
    method: 'delete',
    operationId: 'deactivateServerUser',
    path: '/v1/server/users/{user}',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Deactivate a user',
    request: { params: z.object({ user: refParam }) },
    responses: { 204: noContent },
    refuses: ['not-found', 'forbidden'],
  },
  async (c) => {
    const { context } = c.var;
    const { user } = c.req.valid('param');
    await commitAndNotify(context, async (tx, notify) => {
      const id = await requireUser(tx, user);
      if (id === SYSTEM_USER) throw new Refusal('forbidden', 'The system user cannot be deactivated.');
      await bumpPermits(tx, [id]);
      const now = Date.now();
      audit(c, 'account.deactivated', { user: id });
      if ((await getServerUser(tx, id))?.deactivated === null) await updateServerUser(tx, id, { deactivated: now });
      const sessions = await endSurplusSessions(tx, id, 0, now);
      const until = endOfTokens(context.config);
      notify({
        copies: [id],
        hidden: [id],
        forget: [id],
        revoked: sessions.map((session) => ({ user: id, session, until })),
        closed: [id],
      });
    });
    return c.body(null, 204);
  },
);
