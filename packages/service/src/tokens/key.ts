import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/**
 * A key with the one algorithm it is used with. What a token's header says can only agree with it: a public key is never taken for
 * the secret of HS256, and `none` has no key.
 */
export interface VerifyKey {
  readonly algorithm: 'HS256' | 'RS256' | 'ES256';
  readonly key: KeyObject;
}

/** The key of a shared secret. Throws when it is too short to be one, or a public key by mistake. */
export function secretKey(secret: string): VerifyKey {
  if (secret.includes('-----BEGIN')) throw new TypeError('is a PEM key, not a secret');
  if (Buffer.byteLength(secret) < 32) throw new TypeError('must have at least 32 bytes');
  return { algorithm: 'HS256', key: createSecretKey(Buffer.from(secret)) };
}

/** Reads a public key in PEM. Throws when it is none, or of a kind that is not taken. */
export function publicKey(pem: string): VerifyKey {
  if (pem.includes('PRIVATE KEY')) throw new TypeError('is a private key; give the public one alone');
  return bound(createPublicKey(pem));
}

/** Reads one key of a JWK set; undefined when it is not one that signs tokens in a way taken here. */
export function jwkKey(jwk: Record<string, unknown>): VerifyKey | undefined {
  if (jwk.kty !== 'RSA' && jwk.kty !== 'EC') return undefined;
  if (jwk.use !== undefined && jwk.use !== 'sig') return undefined;
  if (Array.isArray(jwk.key_ops) && !jwk.key_ops.includes('verify')) return undefined;
  try {
    // Only what makes up a public key: a private part that slipped in is left where it is.
    const { kty, n, e, crv, x, y } = jwk;
    const parts = (kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }) as JsonWebKey;
    const key = bound(createPublicKey({ key: parts, format: 'jwk' }));
    return jwk.alg === undefined || jwk.alg === key.algorithm ? key : undefined;
  } catch {
    return undefined;
  }
}

function bound(key: KeyObject): VerifyKey {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') {
    if ((details?.modulusLength ?? 0) < 2048) throw new TypeError('is an RSA key of less than 2048 bits');
    return { algorithm: 'RS256', key };
  }
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return { algorithm: 'ES256', key };
  throw new TypeError('must be an RSA key (RS256) or an EC key on P-256 (ES256)');
}
