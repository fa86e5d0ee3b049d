import { deleteRefreshCookie } from '../../accounts/session-answer.ts';
import { change } from '../../events/change.ts';
import { callerOperation, done } from '../../http/operation.ts';
import { endSession } from '../../queries/sessions.ts';

/** Ends the caller's session: its tokens no longer hold, its sockets are closed. */
export const signOut = callerOperation(
  {
    method: 'delete',
    path: '/v1/sessions/current',
    tags: ['Accounts'],
    summary: 'Sign out',
    responses: { 204: done },
  },
  async (c) => {
    const { parts, caller } = c.var;
    await change(parts, async (tx, tell) => {
      const now = Date.now();
      await endSession(tx, caller.user, caller.session, now);
      tell({ revoked: [{ ...caller, until: now + parts.config.tokens.access }] });
    });
    deleteRefreshCookie(c);
    return c.body(null, 204);
  },
);
