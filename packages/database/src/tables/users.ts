import type { Custom } from '@parley/protocol';
import type { ColumnType, Generated } from 'kysely';
import type { JsonColumn } from './last-message.ts';

/** An account. */
export interface UsersTable {
  /** From `next_principal_id()`, which users and groups share. */
  id: Generated<number>;
  /** Lower case, `a-z 0-9 _ . -`, unique. */
  username: string;
  name: string;
  avatar: string | null;
  /** The user's status text. */
  sign: Generated<string>;
  /** Data of the app, which others see. */
  custom: JsonColumn<Custom> | null;
  /** argon2id. Null: the user signs in elsewhere (`external_id`). */
  password_hash: string | null;
  external_id: string | null;
  /** The confirmed e-mail address, lower case in its domain; null for none. */
  email: string | null;
  /** The secret of the second factor, encrypted; null while it is off. */
  totp_secret: string | null;
  /** The secret of a second factor that is not confirmed yet, encrypted. */
  totp_pending: string | null;
  /**
   * The 30 s step of the last code that was accepted: no code of it or of an earlier one is
   * accepted again.
   */
  totp_step: Generated<number>;
  /** What the user chose of `privacySchema`; what is missing has its default. */
  privacy: ColumnType<Record<string, unknown>, string | undefined, string>;
  /** Increases with every change of the user's friends or blocks. See `bumpPermits`. */
  permits_version: Generated<number>;
  created: Generated<number>;
  /**
   * When the account was deactivated: the user cannot connect or be written to until reactivation.
   */
  deactivated: number | null;
  /**
   * When the account was deleted. The row stays, without personal data, for messages that others
   * keep.
   */
  erased: number | null;
}
