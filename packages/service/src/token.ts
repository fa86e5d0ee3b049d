import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { isOlderThanUser } from './tokens/is-older-than-user.ts';
import type { TokenKey } from './tokens/token-keys.ts';

/**
 * Creates an access token: a JWT that contains the user and the session.
 *
 * @param key a key pair (ES256), or a secret that all processes share (HS256)
 * @param lifetime validity in seconds, a whole number above 0
 */
export function signToken(key: string | TokenKey, { user, session, lifetime }: TokenClaims): string {
  const claims = { subject: String(user), expiresIn: lifetime, issuer: 'parley', audience: 'parley' };
  if (typeof key === 'string') return jwt.sign({ sid: session }, keyOf(key), { ...claims, algorithm: 'HS256' });
  if (key.privateKey === undefined) throw new TypeError(`The token key ${key.kid} is a public one`);
  return jwt.sign({ sid: session }, key.privateKey, { ...claims, algorithm: 'ES256', keyid: key.kid });
}

/**
 * Returns the user and the session of an access token, or the reason why it is rejected. A token is
 * `invalid` if none of the keys signed it, and `expired` if its validity has ended. Never throws.
 * Does not check whether the session was revoked. For tokens of other issuers, use `TokenVerifier`.
 *
 * @param keys key pairs or public keys, found by the token's `kid`, and the secret of tokens by
 * HS256. An algorithm is accepted only with a key of the matching kind
 */
export function verifyToken(keys: string | OwnKeys, token: string): Verified {
  const { secret, keys: pairs = [] } = typeof keys === 'string' ? { secret: keys } : keys;
  try {
    const key = pairs.length === 0 ? undefined : findPair(pairs, token);
    if (key === undefined && secret === undefined) return invalid;
    const options = { issuer: 'parley', audience: 'parley' };
    const claims = key
      ? jwt.verify(token, key.publicKey, { ...options, algorithms: ['ES256'] })
      : jwt.verify(token, keyOf(secret as string), { ...options, algorithms: ['HS256'] });
    return readClaims(claims);
  } catch (error) {
    // The result `expired` proves the signature, because jsonwebtoken checks the signature before
    // the expiry.
    return error instanceof jwt.TokenExpiredError ? { ok: false, reason: 'expired' } : invalid;
  }
}

/** Returns the key that the header of a token names. The signature is not verified yet. */
function findPair(pairs: readonly TokenKey[], token: string): TokenKey | undefined {
  const header = jwt.decode(token, { complete: true })?.header;
  // Rejects tokens with `crit`, a list of extensions that a verifier must support, because none is
  // supported.
  if (header?.crit !== undefined) throw new TypeError('unknown extension');
  return header?.kid === undefined ? undefined : pairs.find(({ kid }) => kid === header.kid);
}

/**
 * Converts a secret to a key object. With a string, jsonwebtoken would try to parse a PEM key on
 * each call, which costs far more CPU time than the signature.
 */
function keyOf(secret: string): KeyObject {
  if (known?.secret !== secret) known = { secret, key: createSecretKey(Buffer.from(secret)) };
  return known.key;
}

let known: { secret: string; key: KeyObject } | undefined;

function readClaims(claims: string | jwt.JwtPayload): Verified {
  if (typeof claims === 'string' || claims.exp === undefined) return invalid;
  const { sub, sid, exp, iat } = claims;
  if (sub === undefined || !/^[1-9]\d{0,15}$/.test(sub) || !Number.isSafeInteger(Number(sub))) return invalid;
  if (typeof sid !== 'string' || sid === '' || sid.length > 64) return invalid;
  const user = Number(sub);
  if (isOlderThanUser(iat, user)) return invalid;
  return { ok: true, user, session: sid, expires: exp * 1000 };
}

const invalid: Verified = { ok: false, reason: 'invalid' };

/** The keys that verify tokens of this installation. */
export interface OwnKeys {
  /** Secret that verifies tokens signed with HS256. Undefined: such tokens are rejected. */
  secret: string | undefined;
  keys: readonly TokenKey[];
}

export interface TokenClaims {
  user: number;
  session: string;
  lifetime: number;
}

/**
 * The user and the session of a valid token, with `expires` in Unix ms, or the reason why the token
 * is rejected.
 */
export type Verified =
  | { ok: true; user: number; session: string; expires: number }
  | { ok: false; reason: 'expired' | 'invalid' };
