import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { isOlderThanUser } from './tokens/is-older-than-user.ts';

/**
 * Signs an access token: a JWT (HS256) with user and session. @param lifetime in seconds; a whole
 * number above 0
 */
export function signToken(secret: string, { user, session, lifetime }: TokenClaims): string {
  return jwt.sign({ sid: session }, keyOf(secret), {
    algorithm: 'HS256',
    subject: String(user),
    expiresIn: lifetime,
    issuer: 'parley',
    audience: 'parley',
  });
}

/**
 * Verifies an access token. Never throws. A token that is not ours, or not signed with this secret
 * by HS256, is `invalid`; an expired one is `expired`. Does not check whether the session was
 * revoked. `TokenVerifier` also verifies tokens of other issuers.
 */
export function verifyToken(secret: string, token: string): Verified {
  try {
    const options = { algorithms: ['HS256' as const], issuer: 'parley', audience: 'parley' };
    return readClaims(jwt.verify(token, keyOf(secret), options));
  } catch (error) {
    // jsonwebtoken checks the signature first, so a forged token is never reported as `expired`.
    return { ok: false, reason: error instanceof jwt.TokenExpiredError ? 'expired' : 'invalid' };
  }
}

/**
 * With a text, jsonwebtoken tests at each call whether it is a PEM key, which costs many times the
 * signature.
 */
function keyOf(secret: string): KeyObject {
  if (known?.secret !== secret) known = { secret, key: createSecretKey(Buffer.from(secret)) };
  return known.key;
}

let known: { secret: string; key: KeyObject } | undefined;

function readClaims(claims: string | jwt.JwtPayload): Verified {
  const invalid: Verified = { ok: false, reason: 'invalid' };
  if (typeof claims === 'string' || claims.exp === undefined) return invalid;
  const { sub, sid, exp, iat } = claims;
  if (sub === undefined || !/^[1-9]\d{0,15}$/.test(sub) || !Number.isSafeInteger(Number(sub))) return invalid;
  if (typeof sid !== 'string' || sid === '' || sid.length > 64) return invalid;
  const user = Number(sub);
  if (isOlderThanUser(iat, user)) return invalid;
  return { ok: true, user, session: sid, expires: exp * 1000 };
}

export interface TokenClaims {
  user: number;
  session: string;
  lifetime: number;
}

/** User, session and expiry (Unix ms), or why the token is rejected. */
export type Verified =
  | { ok: true; user: number; session: string; expires: number }
  | { ok: false; reason: 'expired' | 'invalid' };
