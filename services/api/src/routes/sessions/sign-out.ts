import { audit } from '../../accounts/audit.ts';
import { endOfTokens } from '../../accounts/end-sessions.ts';
import { deleteRefreshCookie } from '../../accounts/session-answer.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { callerOperation, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { endSession } from '../../queries/sessions.ts';

/** Ends the caller's session: the session's tokens become invalid and the sockets are closed. */
export const signOut = callerOperation(
  {
    method: 'delete',
    operationId: 'signOut',
    path: '/v1/sessions/current',
    tags: ['Accounts'],
    summary: 'Sign out',
    responses: { 204: noContent },
    refuses: ['conflict'],
  },
  async (c) => {
    const { context } = c.var;
    const { user, session, foreign } = c.var.caller;
    if (foreign) throw new Refusal('conflict', 'This session belongs to another issuer. End it there.');
    await commitAndNotify(context, async (tx, notify) => {
      const now = Date.now();
      await endSession(tx, user, session, now);
      notify({ revoked: [{ user, session, until: endOfTokens(context.config) }] });
    });
    deleteRefreshCookie(c);
    audit(c, 'session.ended', { user, session });
    return c.body(null, 204);
  },
);
