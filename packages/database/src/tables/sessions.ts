import type { Generated } from 'kysely';

/** One sign-in of one device. */
export interface SessionsTable {
  /** Random and opaque: 16 bytes as base64url. */
  id: string;
  user_id: number;
  /** What the device calls itself; null if it did not say. */
  device: string | null;
  /** Digest of the refresh token now valid. */
  refresh_hash: string;
  /** Digest of the token before it: seen again, the session ends. */
  previous_hash: string | null;
  created: Generated<number>;
  last_used: Generated<number>;
  /** When the refresh token ends. */
  expires: number;
  revoked: number | null;
}
