import { z } from '@hono/zod-openapi';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonBody, noContent } from '../../http/operation.ts';
import { putSubscription } from '../../queries/push-subscriptions.ts';
import { deviceChoices, pushLanguage, refuseInside, subscriptionFields } from './device.ts';
import { offered } from './offered.ts';

const schema = z.object({ ...subscriptionFields, language: pushLanguage, ...deviceChoices });

/** Registers a browser for push notifications until this session ends. */
export const put = callerOperation(
  {
    method: 'put',
    operationId: 'putPushSubscription',
    path: '/v1/push/subscriptions',
    tags: ['Push'],
    summary: 'Push messages to this browser',
    description:
      'What `pushManager.subscribe` of the browser gave. It ends with the session, or when the push service says so.',
    request: { body: jsonBody(schema) },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context, caller } = c.var;
    const { allowed, subscriptions } = offered(context, 'web');
    const { endpoint, keys, ...choices } = c.req.valid('json');
    refuseInside(endpoint, allowed);
    await limitRate(context, 'push', caller.user, 60);
    const session = caller.foreign ? null : caller.session;
    const device = { endpoint, service: 'web' as const, app: null, environment: null, ...keys };
    await putSubscription(context.db, { ...device, user: caller.user, session, ...choices }, subscriptions);
    return c.body(null, 204);
  },
);
