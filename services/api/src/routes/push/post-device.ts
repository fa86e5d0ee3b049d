import { z } from '@hono/zod-openapi';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonBody, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { putSubscription } from '../../queries/push-subscriptions.ts';
import { apnsToken, endpointOf, fcmToken } from './device.ts';
import { offered } from './offered.ts';

const language = z.enum(['en', 'zh']).default('en');

const schema = z.discriminatedUnion('service', [
  z.object({ service: z.literal('fcm'), token: fcmToken, language }),
  z.object({
    service: z.literal('apns'),
    token: apnsToken,
    app: z
      .string()
      .min(1)
      .max(155)
      .optional()
      .openapi({ description: 'The bundle id of the app. Default: the first app of the server' }),
    environment: z
      .enum(['production', 'sandbox'])
      .default('production')
      .openapi({ description: '`sandbox` for apps signed for development' }),
    language,
  }),
]);

/** Registers a phone for push for the time of this session. */
export const postDevice = callerOperation(
  {
    method: 'post',
    operationId: 'postPushDevice',
    path: '/v1/push/devices',
    tags: ['Push'],
    summary: 'Push messages to this phone when its user is not connected',
    description:
      'The token that the app received from FCM or APNs. Repeat this at each start of the app. It ends with the session, or when the push service says so.',
    request: { body: jsonBody(schema) },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context, caller } = c.var;
    const device = c.req.valid('json');
    const { subscriptions } = offered(context, device.service);
    const place = device.service === 'apns' ? placeOf(device, offered(context, 'apns').apns.topics) : nowhere;
    await limitRate(context, 'push', caller.user, 60);
    const { service, language } = device;
    await putSubscription(
      context.db,
      {
        ...{ endpoint: endpointOf(device), service, ...place, p256dh: '', auth: '' },
        ...{ user: caller.user, session: caller.foreign ? null : caller.session, language },
      },
      subscriptions,
    );
    return c.body(null, 204);
  },
);

const nowhere = { app: null, environment: null };

/** A user names only apps of this server, since its key reaches every app of its team. */
function placeOf(
  { app, environment }: { app?: string | undefined; environment: 'production' | 'sandbox' },
  apps: readonly string[],
) {
  if (app !== undefined && !apps.includes(app))
    throw new Refusal('bad-request', 'This server does not push to this app.');
  return { app: app ?? null, environment };
}
