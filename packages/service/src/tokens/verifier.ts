import { createHash } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { type OwnKeys, type Verified, verifyToken } from '../token.ts';
import { isOlderThanUser } from './is-older-than-user.ts';
import type { TokenIssuer } from './issuers.ts';
import type { VerifyKey } from './key.ts';
import { KeySet, type KeySetOptions } from './key-set.ts';

/** Maximum length of a token in characters. */
const LONGEST = 8192;

/**
 * Verifies access tokens of Parley and of other issuers. Verifying a token never waits, because
 * published keys are fetched in the background, between `start` and `stop`.
 */
export class TokenVerifier {
  readonly #own: string | OwnKeys;
  readonly #issuers: Map<string, Issuer>;

  /** @param own keys that verify tokens of Parley, or the secret if only HS256 is used */
  constructor(own: string | OwnKeys, issuers: readonly TokenIssuer[] = [], options: Partial<KeySetOptions> = {}) {
    this.#own = own;
    this.#issuers = new Map(
      issuers.map((issuer) => {
        const keys = 'jwks' in issuer.keys ? new KeySet(issuer.keys.jwks, { ...usual, ...options }) : issuer.keys;
        return [issuer.issuer, { ...issuer, keys }];
      }),
    );
  }

  /**
   * Starts to fetch published keys. Resolves when each key set has been fetched or has failed once.
   */
  async start(): Promise<void> {
    await Promise.all(this.#sets().map((set) => set.refresh()));
  }

  stop(): void {
    for (const set of this.#sets()) set.stop();
  }

  /**
   * Returns the bearer of a token, or the reason why it is rejected. `invalid`: the signature does
   * not match the issuer's key and algorithm, the token is for another audience, or the issuer's
   * key is not fetched yet. Never throws.
   */
  verify(token: string): VerifiedBearer {
    if (token.length > LONGEST) return invalid;
    const issuer = this.#issuers.size === 0 ? undefined : this.#issuerOf(token);
    return issuer === undefined ? own(verifyToken(this.#own, token)) : foreign(issuer, token);
  }

  #sets(): KeySet[] {
    return [...this.#issuers.values()].flatMap(({ keys }) => (keys instanceof KeySet ? [keys] : []));
  }

  /** Returns the issuer that the token claims to be from. The signature is not verified yet. */
  #issuerOf(token: string): Issuer | undefined {
    const payload = decode(token)?.payload;
    return typeof payload === 'object' && payload.iss !== undefined ? this.#issuers.get(payload.iss) : undefined;
  }
}

function own(verified: Verified): VerifiedBearer {
  if (!verified.ok) return verified;
  const { user, session, expires } = verified;
  return { ok: true, bearer: { user }, session, expires };
}

function foreign(issuer: Issuer, token: string): VerifiedBearer {
  const header = decode(token)?.header;
  // The token requires the verifier to support extensions, and none is supported.
  if (header === undefined || header.crit !== undefined) return invalid;
  const key = issuer.keys instanceof KeySet ? issuer.keys.find(header.kid) : issuer.keys;
  if (key === undefined) return invalid;
  try {
    const { issuer: iss, audience, tolerance } = issuer;
    const options = { algorithms: [key.algorithm], issuer: iss, audience, clockTolerance: tolerance };
    return readClaims(issuer, jwt.verify(token, key.key, options));
  } catch (error) {
    return error instanceof jwt.TokenExpiredError ? { ok: false, reason: 'expired' } : invalid;
  }
}

function readClaims({ issuer, uid, prefix, tolerance }: Issuer, claims: string | jwt.JwtPayload): VerifiedBearer {
  if (typeof claims === 'string' || typeof claims.exp !== 'number') return invalid;
  const bearer = uid === undefined ? externalOf(prefix, claims.sub) : userOf(claims[uid]);
  if (bearer === undefined || ('foreign' in bearer && isOlderThanUser(claims.iat, bearer.foreign))) return invalid;
  const name = typeof claims.sid === 'string' && claims.sid !== '' ? `sid ${claims.sid}` : `sub ${claims.sub}`;
  const digest = createHash('sha256').update(`${issuer}\n${name}`).digest('base64url');
  // Adds a dot to the session id of another issuer. Session ids of Parley contain no dot, so the
  // ids never collide.
  return { ok: true, bearer, session: `f.${digest.slice(0, 22)}`, expires: (claims.exp + tolerance) * 1000 };
}

function externalOf(prefix: string, sub: unknown): Bearer | undefined {
  if (typeof sub !== 'string' || sub === '' || sub.length > 128) return undefined;
  return { external: `${prefix}${sub}` };
}

function userOf(claim: unknown): Bearer | undefined {
  const user = typeof claim === 'string' && /^[1-9]\d{0,15}$/.test(claim) ? Number(claim) : claim;
  return Number.isSafeInteger(user) && (user as number) > 0 ? { foreign: user as number } : undefined;
}

function decode(token: string): jwt.Jwt | undefined {
  try {
    return jwt.decode(token, { complete: true }) ?? undefined;
  } catch {
    return undefined;
  }
}

const invalid = { ok: false, reason: 'invalid' } as const;

const usual: KeySetOptions = { interval: 600_000, pause: 30_000, timeout: 5000, onError: () => {} };

type Issuer = Omit<TokenIssuer, 'keys'> & { keys: VerifyKey | KeySet };

/**
 * The bearer of a token: a user of Parley, a user id from another issuer (which might not exist
 * here), or an external id.
 */
export type Bearer = { user: number } | { foreign: number } | { external: string };

/**
 * The bearer, the session and the expiry (Unix ms) of a valid token, or the reason why the token is
 * rejected.
 */
export type VerifiedBearer =
  | { ok: true; bearer: Bearer; session: string; expires: number }
  | { ok: false; reason: 'expired' | 'invalid' };
