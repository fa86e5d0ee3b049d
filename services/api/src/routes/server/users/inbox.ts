import { z } from '@hono/zod-openapi';
import { readInboxState } from '@parley/redis';
import { audit } from '../../../accounts/audit.ts';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { refParam, requireUser } from '../refs.ts';
import { inboxStateSchema } from '../schemas.ts';

/** Returns the state of a user's inbox, without the events in it. */
export const getUserInbox = serverOperation(
  {
    method: 'get',
    operationId: 'getServerUserInbox',
    path: '/v1/server/users/{user}/inbox',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'The inbox of a user',
    description: 'How many events wait in Redis, and how far each device of the user has acknowledged them.',
    request: { params: z.object({ user: refParam }) },
    responses: { 200: jsonResponse(inboxStateSchema, 'The inbox. Without events, all numbers are 0') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db, redis } = c.var.context;
    const user = await requireUser(db, c.req.valid('param').user);
    audit(c, 'inbox.read', { user });
    return c.json((await readInboxState(redis, user)) ?? { began: 0, events: 0, last: 0, devices: [] }, 200);
  },
);
