import { z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonBody, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { type Device, putSubscription } from '../../queries/push-subscriptions.ts';
import {
  apnsToken,
  deviceChoices,
  endpointOf,
  fcmToken,
  pushLanguage,
  refuseInside,
  subscriptionFields,
} from './device.ts';
import { offered } from './offered.ts';

const schema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('web'),
    subscription: z.object(subscriptionFields),
    language: pushLanguage,
    ...deviceChoices,
  }),
  z.object({ kind: z.literal('fcm'), token: fcmToken, language: pushLanguage, ...deviceChoices }),
  z.object({
    kind: z.literal('apns'),
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
    language: pushLanguage,
    ...deviceChoices,
  }),
]);

/** Registers a browser or phone for push notifications until this session ends. */
export const postDevice = callerOperation(
  {
    method: 'post',
    operationId: 'postPushDevice',
    path: '/v1/push/devices',
    tags: ['Push'],
    summary: 'Push messages to this device',
    description:
      'The token that the app received from FCM or APNs, or what `pushManager.subscribe` of the browser returns. ' +
      'Repeat this at each start of the app. It ends with the session, or when the push service says so.',
    request: { body: jsonBody(schema) },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context, caller } = c.var;
    const device = c.req.valid('json');
    const { subscriptions } = offered(context, device.kind);
    const { endpoint, ...place } = placeOf(context, device);
    await limitRate(context, 'push', caller.user, 60);
    const session = caller.foreign ? null : caller.session;
    const { kind: service, language, mentionsOnly, hideText } = device;
    const owner = { user: caller.user, session, language, mentionsOnly, hideText };
    await putSubscription(context.db, { endpoint, service, ...place, ...owner }, subscriptions);
    return c.body(null, 204);
  },
);

/**
 * Returns the push endpoint of a device and its keys. Refuses private addresses, and apps that do
 * not belong to this server.
 */
function placeOf(context: AppContext, device: z.infer<typeof schema>): Place {
  const place = { app: null, environment: null, p256dh: '', auth: '' };
  if (device.kind === 'web') {
    const { endpoint, keys } = device.subscription;
    refuseInside(endpoint, offered(context, 'web').allowed);
    return { ...place, endpoint, ...keys };
  }
  if (device.kind === 'fcm') return { ...place, endpoint: endpointOf(device) };
  const { app, environment } = device;
  // Allows only apps in the configured topics, because this server's key could reach every app of
  // its team.
  if (app !== undefined && !offered(context, 'apns').apns.topics.includes(app))
    throw new Refusal('bad-request', 'This server does not send notifications to this app.');
  return { ...place, endpoint: endpointOf(device), app: app ?? null, environment };
}

type Place = Pick<Device, 'endpoint' | 'app' | 'environment' | 'p256dh' | 'auth'>;
