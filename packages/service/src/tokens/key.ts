import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/**
 * A key and the only algorithm that it can be used with. The header of a token must name this
 * algorithm. This prevents two attacks: a public key is never used as an HS256 secret, and no key
 * accepts the algorithm `none`.
 */
export interface VerifyKey {
  readonly algorithm: 'HS256' | 'RS256' | 'ES256';
  readonly key: KeyObject;
}

/** Creates the key of a shared secret. Throws if the secret is too short, or is a public key. */
export function secretKey(secret: string): VerifyKey {
  if (secret.includes('-----BEGIN')) throw new TypeError('is a PEM key, not a secret');
  if (Buffer.byteLength(secret) < 32) throw new TypeError('must have at least 32 bytes');
  return { algorithm: 'HS256', key: createSecretKey(Buffer.from(secret)) };
}

/**
 * Reads a public key in PEM format. Throws if the text is not a public key, or the key's type is
 * not supported.
 */
export function publicKey(pem: string): VerifyKey {
  if (pem.includes('PRIVATE KEY')) throw new TypeError('is a private key; give the public one alone');
  return bound(createPublicKey(pem));
}

/**
 * Reads a key of a JWK set. Returns undefined if it is not a key for signatures with a supported
 * algorithm.
 */
export function jwkKey(jwk: Record<string, unknown>): VerifyKey | undefined {
  if (jwk.kty !== 'RSA' && jwk.kty !== 'EC') return undefined;
  if (jwk.use !== undefined && jwk.use !== 'sig') return undefined;
  if (Array.isArray(jwk.key_ops) && !jwk.key_ops.includes('verify')) return undefined;
  try {
    // Reads only the public part, so that a private part that was published by mistake is ignored.
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
