import { z } from '@hono/zod-openapi';
import { callerOperation, jsonBody, noContent } from '../../http/operation.ts';
import { deleteSubscription } from '../../queries/push-subscriptions.ts';
import { offered } from './offered.ts';

export const remove = callerOperation(
  {
    method: 'delete',
    operationId: 'removePushSubscription',
    path: '/v1/push/subscriptions',
    tags: ['Push'],
    summary: 'Push to this browser no more',
    request: { body: jsonBody(z.object({ endpoint: z.string().max(1000) })) },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context, caller } = c.var;
    offered(context, 'web');
    await deleteSubscription(context.db, caller.user, c.req.valid('json').endpoint);
    return c.body(null, 204);
  },
);
