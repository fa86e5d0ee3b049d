import { z } from '@hono/zod-openapi';

/** Registration token of an FCM client. */
export const fcmToken = z
  .string()
  .min(16)
  .max(1000)
  .regex(/^[\w:.%=-]+$/, 'Not a registration token of FCM')
  .openapi({ description: 'The registration token that the app received from FCM' });

/** Device token of APNs. */
export const apnsToken = z
  .string()
  .regex(/^([0-9A-Fa-f]{2}){32,100}$/, 'Not a device token of APNs in hexadecimal digits')
  .toLowerCase()
  .openapi({ description: 'The device token that the app received from APNs, in hexadecimal digits' });

/** Returns the key of a device, which no other device has. */
export function endpointOf({ service, token }: { service: 'fcm' | 'apns'; token: string }): string {
  return `${service}:${token}`;
}
