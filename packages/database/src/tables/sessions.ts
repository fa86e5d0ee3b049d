import type { Generated } from 'kysely';

/** One sign-in of one device. */
export interface SessionsTable {
  /** Random and opaque: 16 bytes as base64url. */
  id: string;
  user_id: number;
  /** The name that the device sent. Null: unknown. */
  device: string | null;
  /** Digest of the valid refresh token. */
  refresh_hash: string;
  /** Digest of the previous refresh token. Its reuse ends the session. */
  previous_hash: string | null;
  created: Generated<number>;
  last_used: Generated<number>;
  /** When the refresh token expires. */
  expires: number;
  revoked: number | null;
}
