import { z } from '@hono/zod-openapi';
import { closeSockets, readConnections } from '@parley/redis';
import { audit } from '../../../accounts/audit.ts';
import { jsonResponse, noContent, serverOperation } from '../../../http/operation.ts';
import { pageOf } from '../../../http/schemas.ts';
import { refParam, requireUser } from '../refs.ts';
import { userConnectionsSchema } from '../schemas.ts';

/** Lists the gateways that a user is connected to. */
export const listUserConnections = serverOperation(
  {
    method: 'get',
    operationId: 'listServerUserConnections',
    path: '/v1/server/users/{user}/connections',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Where a user is connected',
    description: 'The number of connections to each live gateway.',
    request: { params: z.object({ user: refParam }) },
    responses: { 200: jsonResponse(pageOf(userConnectionsSchema), 'All gateways of the user') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db, redis } = c.var.context;
    const user = await requireUser(db, c.req.valid('param').user);
    audit(c, 'connections.read', { user });
    return c.json({ items: await readConnections(redis, user), next: null }, 200);
  },
);

/** Closes the connections of a user on every gateway. The user's sessions stay valid. */
export const disconnectUser = serverOperation(
  {
    method: 'delete',
    operationId: 'disconnectUser',
    path: '/v1/server/users/{user}/connections',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Close the connections of a user',
    description: 'Their clients do not reconnect until they are started again. To end sessions, deactivate the user.',
    request: { params: z.object({ user: refParam }) },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db, redis } = c.var.context;
    const user = await requireUser(db, c.req.valid('param').user);
    await closeSockets(redis, user);
    audit(c, 'connections.closed', { user });
    return c.body(null, 204);
  },
);
