import { randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { decrypt, encrypt } from './encryption.ts';
import { hashToken } from './secret-token.ts';

/**
 * Creates the secret of a second factor (160 bits) and its `otpauth:` URL, which authenticator apps
 * read as a QR code.
 */
export function createTotp(issuer: string, username: string): { secret: string; uri: string } {
  const totp = totpOf(new Secret({ size: 20 }).base32, issuer, username);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/**
 * Returns the number of the 30 s time step for which a code is valid. Accepts the previous, current
 * and next step. Undefined for a wrong code.
 *
 * @param after the step of the last accepted code. Codes of this step and of earlier ones are
 * rejected, so each code works once
 */
export function verifyTotp(secret: string, code: string, after: number, now = Date.now()): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totpOf(secret).validate({ token: code, window: 1, timestamp: now });
  if (delta === null) return undefined;
  const step = Math.floor(now / STEP_MS) + delta;
  return step > after ? step : undefined;
}

/**
 * Creates recovery codes of 59 bits, such as `k3fp-9wzm-x7dt`, and their hashes, which the server
 * stores.
 */
export function createRecoveryCodes(): { codes: string[]; hashes: string[] } {
  const letter = () => ALPHABET[randomInt(ALPHABET.length)];
  const part = () => Array.from({ length: 4 }, letter).join('');
  const codes = Array.from({ length: RECOVERY_CODES }, () => `${part()}-${part()}-${part()}`);
  return { codes, hashes: codes.map(hashRecoveryCode) };
}

/** Returns the hash of a recovery code. Ignores case, spaces and hyphens. */
export function hashRecoveryCode(code: string): string {
  return hashToken(`recovery:${code.toLowerCase().replaceAll(/[\s-]/g, '')}`);
}

/** Encrypts the secret of a user's second factor. */
export function encryptTotpSecret(key: string, user: number, secret: string): string {
  return encrypt(key, PURPOSE, user, secret);
}

/**
 * Decrypts the secret of a second factor.
 *
 * @param keys the current and the previous `TOKEN_SECRET`, one of which encrypted the secret
 * @throws Error if neither of them did
 */
export function decryptTotpSecret(keys: readonly string[], user: number, encrypted: string): string {
  const secret = decrypt(keys, PURPOSE, user, encrypted);
  if (secret === undefined)
    throw new Error(`The second factor of user ${user} was encrypted with another TOKEN_SECRET`);
  return secret;
}

function totpOf(secret: string, issuer?: string, label?: string): TOTP {
  return new TOTP({ ...(issuer === undefined ? {} : { issuer }), ...(label === undefined ? {} : { label }), secret });
}

const PURPOSE = 'totp secret';

const STEP_MS = 30_000;

const RECOVERY_CODES = 10;

/** Letters and digits without those that are easily confused, such as `0` and `o`. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
