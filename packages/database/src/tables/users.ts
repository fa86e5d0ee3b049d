import type { Custom, QuietHours } from '@parley/protocol';
import type { ColumnType, Generated } from 'kysely';
import type { JsonColumn } from './last-message.ts';

/** An account. */
export interface UsersTable {
  /** From `next_principal_id()`, the sequence of users and groups. */
  id: Generated<number>;
  /** Lower case, `a-z 0-9 _ . -`, unique. */
  username: string;
  name: string;
  avatar: string | null;
  /** The user's status text. */
  sign: Generated<string>;
  /** Data of the app, which other users see. */
  custom: JsonColumn<Custom> | null;
  /** Hash of the password (argon2id). Null: the user signs in elsewhere (`external_id`). */
  password_hash: string | null;
  external_id: string | null;
  /** The confirmed e-mail address. Its domain is in lower case. Null: none. */
  email: string | null;
  /** The encrypted secret of the second factor. Null while it is off. */
  totp_secret: string | null;
  /** The encrypted secret of a second factor that is not confirmed yet. */
  totp_pending: string | null;
  /** The 30 s step of the last accepted code. Codes of this and earlier steps are rejected. */
  totp_step: Generated<number>;
  /**
   * Privacy settings that the user has set, see `privacySchema`. Missing ones have their defaults.
   */
  privacy: ColumnType<Record<string, unknown>, string | undefined, string>;
  /** Daily time without push notifications. Null: none. */
  quiet_hours: JsonColumn<QuietHours> | null;
  /** Increases with every change of the user's friends or blocks. See `bumpPermits`. */
  permits_version: Generated<number>;
  created: Generated<number>;
  /**
   * When the account was deactivated. Until reactivation the user cannot connect, and nobody can
   * write to the user.
   */
  deactivated: number | null;
  /**
   * When the account was deleted. The row stays, without personal data, for messages in the copies
   * of others.
   */
  erased: number | null;
}
