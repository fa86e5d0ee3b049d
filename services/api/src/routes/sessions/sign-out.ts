import { deleteRefreshCookie } from '../../accounts/session-answer.ts';
import { change } from '../../events/change.ts';
import { callerOperation, done } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { endSession } from '../../queries/sessions.ts';

/** Ends the caller's session: its tokens no longer hold, its sockets are closed. */
export const signOut = callerOperation(
  {
    method: 'delete',
    path: '/v1/sessions/current',
    tags: ['Accounts'],
    summary: 'Sign out',
    responses: { 204: done },
    refuses: ['conflict'],
  },
  async (c) => {
    const { parts } = c.var;
    const { user, session, foreign } = c.var.caller;
    if (foreign) throw new Refusal('conflict', 'This session is another issuer’s: end it there.');
    await change(parts, async (tx, tell) => {
      const now = Date.now();
      await endSession(tx, user, session, now);
      tell({ revoked: [{ user, session, until: now + parts.config.tokens.access }] });
    });
    deleteRefreshCookie(c);
    return c.body(null, 204);
  },
);
