import type { Generated } from 'kysely';

/**
 * A one-time token that Parley sends to a user. With it, the user sets a password or confirms an
 * e-mail address.
 */
export interface AccountTokensTable {
  /** SHA-256 of the token, as base64url. */
  hash: string;
  user_id: number;
  purpose: 'password' | 'email';
  /** The e-mail address to confirm. Null for a password token. */
  email: string | null;
  created: Generated<number>;
  expires: number;
}
