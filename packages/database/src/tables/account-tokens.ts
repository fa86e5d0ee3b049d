import type { Generated } from 'kysely';

/**
 * A token that was sent or handed to a user once, to set a password or to confirm an e-mail
 * address.
 */
export interface AccountTokensTable {
  /** SHA-256 of the token, as base64url. */
  hash: string;
  user_id: number;
  purpose: 'password' | 'email';
  /** The address to be confirmed; null for a password. */
  email: string | null;
  created: Generated<number>;
  expires: number;
}
