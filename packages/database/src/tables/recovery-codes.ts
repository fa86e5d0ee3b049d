/**
 * A recovery code, with which a user can sign in once without the device of the second factor.
 * Deleted after its use.
 */
export interface RecoveryCodesTable {
  user_id: number;
  /** SHA-256 of the code, as base64url. */
  hash: string;
}
