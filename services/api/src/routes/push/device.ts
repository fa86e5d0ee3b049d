import { isIP } from 'node:net';
import { z } from '@hono/zod-openapi';
import { checkHost, Forbidden } from '@parley/service';
import { Refusal } from '../../http/refusal.ts';

/** Registration token that FCM issued to the app. */
export const fcmToken = z
  .string()
  .min(16)
  .max(1000)
  .regex(/^[\w:.%=-]+$/, 'Not a registration token of FCM')
  .openapi({ description: 'The registration token that the app received from FCM' });

/** Device token that APNs issued to the app. */
export const apnsToken = z
  .string()
  .regex(/^([0-9A-Fa-f]{2}){32,100}$/, 'Not a device token of APNs in hexadecimal digits')
  .toLowerCase()
  .openapi({ description: 'The device token that the app received from APNs, in hexadecimal digits' });

/** Language in which the device shows notifications. */
export const pushLanguage = z.enum(['en', 'zh']).default('en');

/** Which notifications a device receives, and what they show. */
export const deviceChoices = {
  mentionsOnly: z
    .boolean()
    .default(false)
    .openapi({ description: 'In groups, push only messages that mention you. Default: false' }),
  hideText: z
    .boolean()
    .default(false)
    .openapi({ description: 'Show no text of messages in notifications. Default: false' }),
};

/** The subscription object that a browser's `pushManager.subscribe` returns. */
export const subscriptionFields = {
  endpoint: z.url({ protocol: /^https?$/ }).max(1000),
  keys: z.object({ p256dh: bytes(65), auth: bytes(16) }),
};

/** Returns the endpoint of a phone, which is unique across all devices. */
export function endpointOf({ kind, token }: { kind: 'fcm' | 'apns'; token: string }): string {
  return `${kind}:${token}`;
}

/**
 * Refuses the URL of a push service if its host is a private address. A host name is checked later,
 * when it is resolved.
 */
export function refuseInside(endpoint: string, allowed: Parameters<typeof checkHost>[2]): void {
  const { protocol, hostname } = new URL(endpoint);
  // Requires an address from an allowed network instead of a host name if the push service uses no
  // TLS.
  if (protocol === 'http:' && isIP(hostname) === 0)
    throw new Refusal('bad-request', 'The endpoint must be an https address.');
  try {
    checkHost(hostname, protocol === 'https:', allowed);
  } catch (error) {
    if (error instanceof Forbidden) throw new Refusal('bad-request', 'The endpoint must be a public address.');
    throw error;
  }
}

/** Returns the schema of a base64url string, with or without padding. */
function bytes(count: number) {
  return z
    .string()
    .regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((count * 4) / 3)}}={0,2}$`), `Not ${count} bytes in base64url`);
}
