import { isIP } from 'node:net';
import { z } from '@hono/zod-openapi';
import { checkHost, Forbidden } from '@parley/service';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonBody, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { putSubscription } from '../../queries/push-subscriptions.ts';
import { offered } from './offered.ts';

/** Bytes in base64url, with or without padding. */
const bytes = (count: number) =>
  z
    .string()
    .regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((count * 4) / 3)}}={0,2}$`), `Not ${count} bytes in base64url`);

const schema = z.object({
  endpoint: z.url({ protocol: /^https?$/ }).max(1000),
  keys: z.object({ p256dh: bytes(65), auth: bytes(16) }),
  language: z.enum(['en', 'zh']).default('en'),
});

/** Registers a browser for push for the time of this session. */
export const put = callerOperation(
  {
    method: 'put',
    operationId: 'putPushSubscription',
    path: '/v1/push/subscriptions',
    tags: ['Push'],
    summary: 'Push messages to this browser when no page is open',
    description:
      'What `pushManager.subscribe` of the browser gave. It ends with the session, or when the push service says so.',
    request: { body: jsonBody(schema) },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context, caller } = c.var;
    const { allowed, subscriptions } = offered(context, 'web');
    const { endpoint, keys, language } = c.req.valid('json');
    refuseInside(endpoint, allowed);
    await limitRate(context, 'push', caller.user, 60);
    const session = caller.foreign ? null : caller.session;
    const device = { endpoint, service: 'web' as const, app: null, environment: null, ...keys };
    await putSubscription(context.db, { ...device, user: caller.user, session, language }, subscriptions);
    return c.body(null, 204);
  },
);

/** Names are checked again when they are resolved. This refuses obvious private addresses early. */
function refuseInside(endpoint: string, allowed: Parameters<typeof checkHost>[2]): void {
  const { protocol, hostname } = new URL(endpoint);
  // Without TLS the push service must be an address in an allowed network.
  if (protocol === 'http:' && isIP(hostname) === 0)
    throw new Refusal('bad-request', 'A push service is reached by https.');
  try {
    checkHost(hostname, protocol === 'https:', allowed);
  } catch (error) {
    if (error instanceof Forbidden) throw new Refusal('bad-request', 'No push service can be there.');
    throw error;
  }
}
