import type { Generated } from 'kysely';

/** A device that receives push messages while its user is not connected. */
export interface PushSubscriptionsTable {
  /**
   * Address at the browser's push service, or `fcm:` or `apns:` and the token of the device. A
   * secret.
   */
  endpoint: string;
  user_id: number;
  /** The subscription ends with this session. Null for sessions of another issuer. */
  session_id: string | null;
  /** The service that delivers to the device: `web`, `fcm`, `apns`. */
  service: Generated<string>;
  /** With APNs: the bundle id of the app, and `production` or `sandbox`. Null with others. */
  app: string | null;
  environment: string | null;
  /** The browser's public key and shared secret, as base64url. Empty with other services. */
  p256dh: string;
  auth: string;
  /** Language of the notifications: `en`, `zh`. */
  language: string;
  created: Generated<number>;
}
