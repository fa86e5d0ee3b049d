/** A code that replaces one code of the second factor. Deleted once it was used. */
export interface RecoveryCodesTable {
  user_id: number;
  /** SHA-256 of the code, as base64url. */
  hash: string;
}
