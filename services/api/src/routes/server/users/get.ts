import { z } from '@hono/zod-openapi';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { getServerUser, type ServerUser } from '../../../queries/server-users.ts';
import { refParam, requireUser } from '../refs.ts';
import { serverUserSchema } from '../schemas.ts';

/** Returns a user by external id or Parley's id. */
export const getUser = serverOperation(
  {
    method: 'get',
    operationId: 'getServerUser',
    path: '/v1/server/users/{user}',
    tags: ['Server'],
    summary: 'A user',
    request: { params: z.object({ user: refParam }) },
    responses: { 200: jsonResponse(serverUserSchema, 'The user') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db } = c.var.context;
    const id = await requireUser(db, c.req.valid('param').user);
    return c.json((await getServerUser(db, id)) as ServerUser, 200);
  },
);
