import type { ColumnType, Generated } from 'kysely';

/** A person who can sign in and be talked to. */
export interface UsersTable {
  /** From `principal_id_seq`, which users and groups share. */
  id: Generated<number>;
  /** Lower case, `a-z 0-9 _ . -`, unique. */
  username: string;
  name: string;
  avatar: string | null;
  /** What the user says of themself. */
  sign: Generated<string>;
  /** argon2id; null when the user signs in elsewhere (`external_id`). */
  password_hash: string | null;
  external_id: string | null;
  /** The confirmed e-mail address, lower case in its domain; null for none. */
  email: string | null;
  /** The secret of the second factor, encrypted; null while it is off. */
  totp_secret: string | null;
  /** The secret of a second factor that is not confirmed yet, encrypted. */
  totp_pending: string | null;
  /** The 30 s step of the last code that was accepted: no code of it or of an earlier one is accepted again. */
  totp_step: Generated<number>;
  /** What the user chose of `privacySchema`; what is missing has its default. */
  privacy: ColumnType<Record<string, unknown>, string | undefined, string>;
  /** Grows with every change of the user's friends or blocks; see `bumpPermits`. */
  permits_version: Generated<number>;
  created: Generated<number>;
  /** When the account was deactivated: its user cannot come in nor be written to, until they are put again. */
  deactivated: number | null;
  /** When the account was deleted; the row stays for what others keep of it, without anything personal. */
  erased: number | null;
}
