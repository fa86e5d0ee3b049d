import { bool, duration, integer, list, oneOf, text, url, type Values } from '@parley/service';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Defines the environment variables for accounts. README.md documents them. */
export const accountVariables = {
  REGISTRATION: oneOf(['open', 'invite', 'closed'], { default: 'open' }),
  RESERVED_NAMES: list({ default: defaultReservedNames() }),
  PASSWORD_STRENGTH: integer({ min: 0, max: 4, default: 2 }),
  PASSWORD_RESET_TTL: duration({ min: minute, max: 7 * day, default: hour }),
  PASSWORD_RESETS_PER_HOUR: integer({ min: 1, default: 3 }),
  EMAIL_CONFIRMATION_TTL: duration({ min: minute, max: 7 * day, default: day }),
  SIGN_INS_PER_MINUTE: integer({ min: 1, default: 10 }),
  SIGN_IN_FAILURES_PER_DAY: integer({ min: 1, default: 100 }),
  SIGN_INS_PER_ADDRESS: integer({ min: 1, default: 100 }),
  REGISTRATIONS_PER_MINUTE: integer({ min: 1, default: 100 }),
  SMTP_URL: url(['smtp', 'smtps'], { default: undefined }),
  SMTP_TIMEOUT: duration({ min: 100, default: 10_000 }),
  MAIL_FROM: text({ default: 'Parley <parley@localhost>' }),
  PUBLIC_URL: text({ default: undefined }),
  AUDIT_LOG: bool({ default: true }),
};

/** Converts the environment variables for accounts to `AccountConfig`. */
export function accountConfig(value: Values<typeof accountVariables>): AccountConfig {
  return {
    registration: value.REGISTRATION,
    reservedNames: value.RESERVED_NAMES,
    passwordStrength: value.PASSWORD_STRENGTH,
    resetTtl: value.PASSWORD_RESET_TTL,
    resetsPerHour: value.PASSWORD_RESETS_PER_HOUR,
    confirmationTtl: value.EMAIL_CONFIRMATION_TTL,
    signInsPerMinute: value.SIGN_INS_PER_MINUTE,
    signInFailuresPerDay: value.SIGN_IN_FAILURES_PER_DAY,
    signInsPerAddress: value.SIGN_INS_PER_ADDRESS,
    registrationsPerMinute: value.REGISTRATIONS_PER_MINUTE,
    mail:
      value.SMTP_URL === undefined
        ? undefined
        : { smtpUrl: value.SMTP_URL, from: value.MAIL_FROM, timeout: value.SMTP_TIMEOUT },
    publicUrl: value.PUBLIC_URL?.replace(/\/+$/, ''),
    auditLog: value.AUDIT_LOG,
  };
}

function defaultReservedNames(): readonly string[] {
  return [
    ...['admin', 'administrator', 'root', 'system', 'support', 'help', 'helpdesk', 'moderator', 'mod', 'staff'],
    ...['security', 'abuse', 'postmaster', 'webmaster', 'hostmaster', 'official', 'service', 'bot', 'parley', 'api'],
    ...['everyone', 'all', 'here', 'channel', 'null', 'undefined', 'deleted', 'me', 'info', 'noreply', 'owner'],
  ];
}

/** Settings of accounts. Times are in ms. */
export interface AccountConfig {
  registration: 'open' | 'invite' | 'closed';
  /** Reserved usernames and display names. Similar-looking names are rejected too. */
  reservedNames: readonly string[];
  /** The minimum zxcvbn score of a new password, 0 to 4. 0 disables the check. */
  passwordStrength: number;
  resetTtl: number;
  /**
   * Maximum number of password reset e-mails per account and hour. Above it, the api sends no
   * e-mail but responds as usual.
   */
  resetsPerHour: number;
  confirmationTtl: number;
  /**
   * Maximum number of failed sign-ins per minute to one account, from one address or one known
   * device.
   */
  signInsPerMinute: number;
  signInFailuresPerDay: number;
  /** Maximum number of sign-ins per minute from one address, across all accounts. */
  signInsPerAddress: number;
  /** Maximum number of registrations per minute from one address. */
  registrationsPerMinute: number;
  /** Settings of the mail server. Undefined if e-mail is disabled. */
  mail: MailConfig | undefined;
  /** Root URL of the web client, for links in e-mails. Default: the first of `ORIGINS`. */
  publicUrl: string | undefined;
  auditLog: boolean;
}

export interface MailConfig {
  smtpUrl: string;
  from: string;
  /** Timeout in ms of each step of an e-mail delivery. */
  timeout: number;
}
