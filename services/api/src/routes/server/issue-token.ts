import { z } from '@hono/zod-openapi';
import { audit } from '../../accounts/audit.ts';
import { openSession } from '../../accounts/open-session.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { ensureCopy } from '../../events/ensure-copy.ts';
import { deviceField } from '../../http/fields.ts';
import { jsonBody, jsonResponse, serverOperation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { sessionSchema } from '../../http/schemas.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { getServerUser } from '../../queries/server-users.ts';
import { getUser } from '../../queries/users.ts';
import { requireUser, userRef } from './refs.ts';

const schema = z.strictObject({
  user: userRef,
  device: deviceField.optional().openapi({ description: 'What the device is called in the list of sessions' }),
});

/** Opens a session for a user without checking a password. */
export const issueToken = serverOperation(
  {
    method: 'post',
    operationId: 'issueToken',
    path: '/v1/server/tokens',
    scope: 'tokens',
    tags: ['Server'],
    summary: 'Sign a user in',
    description: 'Hand what comes back to a device of that user, over HTTPS.',
    request: { body: jsonBody(schema) },
    responses: { 201: jsonResponse(sessionSchema, 'A session') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: ref, device } = c.req.valid('json');
    const session = await commitAndNotify(context, async (tx, notify) => {
      const id = await requireUser(tx, ref);
      // Locks the user, so that a concurrent deactivation waits and then ends this session too.
      await lockUsers(tx, [id]);
      const { deactivated } = (await getServerUser(tx, id)) ?? {};
      const user = await getUser(tx, id);
      if (user === undefined || deactivated !== null) throw new Refusal('conflict', 'This user is deactivated.');
      return await openSession(tx, notify, context.config, user, device);
    });
    await ensureCopy(context, session.user.id);
    audit(c, 'session.token-issued', { user: session.user.id });
    return c.json(session, 201);
  },
);
