import type { Generated } from 'kysely';

/** A device that receives push notifications. */
export interface PushSubscriptionsTable {
  /**
   * Secret address of the device: a URL at the browser's push service, or `fcm:` or `apns:` and the
   * device's token.
   */
  endpoint: string;
  user_id: number;
  /** Id of the session with which the subscription ends. Null for sessions of another issuer. */
  session_id: string | null;
  /** The push service of the device: `web`, `fcm` or `apns`. */
  service: Generated<string>;
  /** For APNs: the bundle id of the app, and `production` or `sandbox`. Null for other services. */
  app: string | null;
  environment: string | null;
  /** Public key and shared secret of the browser, as base64url. Empty for other services. */
  p256dh: string;
  auth: string;
  /** Language of the notifications: `en` or `zh`. */
  language: string;
  /** True if group messages are pushed only if they mention the user. */
  mentions_only: Generated<boolean>;
  /** True if notifications do not show the text of messages. */
  hide_text: Generated<boolean>;
  created: Generated<number>;
  /** When the device was last registered, in Unix ms. Apps register at each start. */
  seen: Generated<number>;
}
