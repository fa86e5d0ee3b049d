import { z } from '@hono/zod-openapi';
import { audit } from '../../../accounts/audit.ts';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { pageOf } from '../../../http/schemas.ts';
import { listPushDevices } from '../../../queries/push-subscriptions.ts';
import { refParam, requireUser } from '../refs.ts';
import { pushDeviceSchema } from '../schemas.ts';

/** Lists the push devices of a user, without their secret tokens and endpoints. */
export const listUserPushDevices = serverOperation(
  {
    method: 'get',
    operationId: 'listServerUserPushDevices',
    path: '/v1/server/users/{user}/push-devices',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'The push devices of a user',
    description: 'Without their tokens, which are secrets.',
    request: { params: z.object({ user: refParam }) },
    responses: { 200: jsonResponse(pageOf(pushDeviceSchema), 'All devices, the newest first') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db } = c.var.context;
    const user = await requireUser(db, c.req.valid('param').user);
    audit(c, 'push-devices.read', { user });
    return c.json({ items: await listPushDevices(db, user), next: null }, 200);
  },
);
