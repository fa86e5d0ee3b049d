import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { isOlderThanUser } from './tokens/is-older-than-user.ts';

/**
 * Makes an access token: a JWT signed by HS256 that names its user and session.
 *
 * @param lifetime how long it holds, in seconds; a whole number above 0
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
 * Tells whose access token this is. Never throws: whatever is not a token of ours, signed with this secret and by HS256, is
 * `invalid`; one that was is `expired`. Whether its session has been revoked is not known here. `TokenVerifier` knows other issuers
 * besides.
 */
export function verifyToken(secret: string, token: string): Verified {
  try {
    const options = { algorithms: ['HS256' as const], issuer: 'parley', audience: 'parley' };
    return readClaims(jwt.verify(token, keyOf(secret), options));
  } catch (error) {
    // jsonwebtoken checks the signature before the end, so `expired` is never said of a forgery.
    return { ok: false, reason: error instanceof jwt.TokenExpiredError ? 'expired' : 'invalid' };
  }
}

/** Given a text, jsonwebtoken tries at each call whether it is a PEM key, which costs many times what the signature does. */
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

/** Whose token it is, `expires` in ms since 1970; or why it is nobody's. */
export type Verified =
  | { ok: true; user: number; session: string; expires: number }
  | { ok: false; reason: 'expired' | 'invalid' };
