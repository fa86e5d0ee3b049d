import { z } from '@hono/zod-openapi';
import { callerOperation, jsonBody, noContent } from '../../http/operation.ts';
import { deleteSubscription } from '../../queries/push-subscriptions.ts';
import { apnsToken, endpointOf, fcmToken, subscriptionFields } from './device.ts';
import { offered } from './offered.ts';

const schema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fcm'), token: fcmToken }),
  z.object({ kind: z.literal('apns'), token: apnsToken }),
  z.object({ kind: z.literal('web'), subscription: z.object({ endpoint: subscriptionFields.endpoint }) }),
]);

export const removeDevice = callerOperation(
  {
    method: 'delete',
    operationId: 'removePushDevice',
    path: '/v1/push/devices',
    tags: ['Push'],
    summary: 'Push to this device no more',
    request: { body: jsonBody(schema) },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context, caller } = c.var;
    const device = c.req.valid('json');
    offered(context, device.kind);
    const endpoint = device.kind === 'web' ? device.subscription.endpoint : endpointOf(device);
    await deleteSubscription(context.db, caller.user, endpoint);
    return c.body(null, 204);
  },
);
