import type { Generated } from 'kysely';

/** A one-time token that was sent to a user, to set a password or to confirm an e-mail address. */
export interface AccountTokensTable {
  /** SHA-256 of the token, as base64url. */
  hash: string;
  user_id: number;
  purpose: 'password' | 'email';
  /** The address to be confirmed. Null for a password. */
  email: string | null;
  created: Generated<number>;
  expires: number;
}
