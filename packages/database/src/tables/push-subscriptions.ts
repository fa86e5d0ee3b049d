import type { Generated } from 'kysely';

/** A browser that wants to be told of messages when no page is open. */
export interface PushSubscriptionsTable {
  /** Where its push service takes messages for it; a secret of the browser's. */
  endpoint: string;
  user_id: number;
  /** With its end the browser is told no more; null for those of another issuer, who ends them. */
  session_id: string | null;
  /** The browser's public key, and a secret shared with it: base64url. */
  p256dh: string;
  auth: string;
  /** In which words are chosen: `en`, `zh`. */
  language: string;
  created: Generated<number>;
}
