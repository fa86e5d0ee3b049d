import type { Generated } from 'kysely';

/** A browser that receives push messages while no page is open. */
export interface PushSubscriptionsTable {
  /** Address at the browser's push service. A secret. */
  endpoint: string;
  user_id: number;
  /** The subscription ends with this session. Null for sessions of another issuer. */
  session_id: string | null;
  /** The browser's public key and shared secret, as base64url. */
  p256dh: string;
  auth: string;
  /** Language of the notifications: `en`, `zh`. */
  language: string;
  created: Generated<number>;
}
