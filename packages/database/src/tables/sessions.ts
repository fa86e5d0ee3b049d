import type { Generated } from 'kysely';

/** A session, which begins when a user signs in on a device. */
export interface SessionsTable {
  /** Random id: 16 bytes as base64url. */
  id: string;
  user_id: number;
  /** Name that the device sent. Null: unknown. */
  device: string | null;
  /** Digest of the current refresh token. */
  refresh_hash: string;
  /** Digest of the previous refresh token. If somebody uses that token again, the session ends. */
  previous_hash: string | null;
  created: Generated<number>;
  last_used: Generated<number>;
  /** When the refresh token expires, in Unix ms. */
  expires: number;
  revoked: number | null;
}
