import { z } from '@hono/zod-openapi';
import { audit } from '../../accounts/audit.ts';
import { endOfTokens } from '../../accounts/end-sessions.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { sessionIdField } from '../../http/fields.ts';
import { callerOperation, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { endSession } from '../../queries/sessions.ts';

/** Signs out another device of the caller by ending its session. */
export const end = callerOperation(
  {
    method: 'delete',
    operationId: 'endSession',
    path: '/v1/sessions/{id}',
    tags: ['Accounts'],
    summary: 'Sign another device out',
    request: { params: z.object({ id: sessionIdField }) },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const { user } = c.var.caller;
    const { id } = c.req.valid('param');
    await commitAndNotify(context, async (tx, notify) => {
      const now = Date.now();
      if (!(await endSession(tx, user, id, now))) throw new Refusal('not-found');
      notify({ revoked: [{ user, session: id, until: endOfTokens(context.config) }] });
    });
    audit(c, 'session.ended', { user, session: id });
    return c.body(null, 204);
  },
);
