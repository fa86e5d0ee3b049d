import { z } from '@hono/zod-openapi';
import { callerOperation, jsonBody, noContent } from '../../http/operation.ts';
import { deleteSubscription } from '../../queries/push-subscriptions.ts';
import { apnsToken, endpointOf, fcmToken } from './device.ts';
import { offered } from './offered.ts';

const schema = z.discriminatedUnion('service', [
  z.object({ service: z.literal('fcm'), token: fcmToken }),
  z.object({ service: z.literal('apns'), token: apnsToken }),
]);

export const removeDevice = callerOperation(
  {
    method: 'delete',
    operationId: 'removePushDevice',
    path: '/v1/push/devices',
    tags: ['Push'],
    summary: 'Push to this phone no more',
    request: { body: jsonBody(schema) },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context, caller } = c.var;
    const device = c.req.valid('json');
    offered(context, device.service);
    await deleteSubscription(context.db, caller.user, endpointOf(device));
    return c.body(null, 204);
  },
);
