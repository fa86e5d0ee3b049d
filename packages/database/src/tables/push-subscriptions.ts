import type { Generated } from 'kysely';

/** A device that receives push messages. */
export interface PushSubscriptionsTable {
  /**
   * URL at the browser's push service, or `fcm:` or `apns:` and the token of the device. It is a
   * secret.
   */
  endpoint: string;
  user_id: number;
  /** The subscription ends with this session. Null for sessions of another issuer. */
  session_id: string | null;
  /** The push service of the device: `web`, `fcm`, `apns`. */
  service: Generated<string>;
  /** For APNs: the bundle id of the app, and `production` or `sandbox`. Null for other services. */
  app: string | null;
  environment: string | null;
  /** The browser's public key and shared secret, as base64url. Empty for other services. */
  p256dh: string;
  auth: string;
  /** Language of the notifications: `en`, `zh`. */
  language: string;
  /** In groups, only messages that mention the user are pushed. */
  mentions_only: Generated<boolean>;
  /** Notifications do not show the text of messages. */
  hide_text: Generated<boolean>;
  created: Generated<number>;
  /** When the device was last registered, which apps do at each start. */
  seen: Generated<number>;
}
