import type { Custom, QuietHours } from '@parley/protocol';
import type { ColumnType, Generated } from 'kysely';
import type { JsonColumn } from './last-message.ts';

/** An account. */
export interface UsersTable {
  /** From `next_principal_id()`, which assigns the ids of users and groups. */
  id: Generated<number>;
  /** Unique name for signing in, in lower case: `a-z 0-9 _ . -`. */
  username: string;
  name: string;
  avatar: string | null;
  /** Status message that other users see. */
  sign: Generated<string>;
  /** Custom data of the app, which other users can see. */
  custom: JsonColumn<Custom> | null;
  /**
   * Argon2id hash of the password. Null: the user signs in through another system (`external_id`).
   */
  password_hash: string | null;
  external_id: string | null;
  /** The confirmed e-mail address, with its domain in lower case. Null: none. */
  email: string | null;
  /** The encrypted secret of the second factor. Null: the second factor is off. */
  totp_secret: string | null;
  /** The encrypted secret of a second factor that the user has not confirmed yet. */
  totp_pending: string | null;
  /**
   * The 30 s time step of the last accepted code of the second factor. Codes of this and earlier
   * steps are rejected.
   */
  totp_step: Generated<number>;
  /**
   * Privacy settings that the user has changed, see `privacySchema`. A missing setting has its
   * default.
   */
  privacy: ColumnType<Record<string, unknown>, string | undefined, string>;
  /** Daily hours without push notifications. Null: none. */
  quiet_hours: JsonColumn<QuietHours> | null;
  /** Increases whenever the user's friends or blocks change. See `bumpPermits`. */
  permits_version: Generated<number>;
  created: Generated<number>;
  /**
   * When the account was deactivated, in Unix ms. Until it is reactivated, the user cannot connect,
   * and nobody can write to the user.
   */
  deactivated: number | null;
  /**
   * When the account was deleted, in Unix ms. The row stays without personal data, because other
   * users' copies of messages refer to it.
   */
  erased: number | null;
}
