import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import type { Outcome, Variable } from '../env/read-env.ts';

/**
 * A P-256 key pair for access tokens (ES256), or only its public key, which verifies tokens but
 * cannot sign them.
 */
export interface TokenKey {
  /**
   * Name of the key in the header of a token. Default: the thumbprint of the public key (RFC 7638).
   */
  kid: string;
  publicKey: KeyObject;
  privateKey: KeyObject | undefined;
}

/**
 * A variable with keys for access tokens: a JSON Web Key, a list of them, or a set (`{"keys":
 * […]}`), all on the curve P-256. The first key signs tokens, and all keys verify them. Default:
 * none. Errors never contain its value, because private keys are secrets.
 *
 * @param half `private`: each key must be a pair. `public`: no key must be a pair, because a
 * process that only verifies tokens must not be able to sign them
 */
export function tokenKeys(half: 'private' | 'public'): Variable<readonly TokenKey[]> {
  return {
    read(text): Outcome<readonly TokenKey[]> {
      if (text === '') return { ok: true, value: [] };
      try {
        return { ok: true, value: readKeys(JSON.parse(text), half) };
      } catch (error) {
        // Throws an error of its own, because the message of JSON.parse quotes the secret text.
        const problem = error instanceof TypeError ? error.message : 'must be JSON Web Keys';
        return { ok: false, problem };
      }
    },
  };
}

/**
 * Creates a key pair. Returns both JSON Web Keys, in the form that `TOKEN_KEYS` and
 * `TOKEN_PUBLIC_KEYS` accept.
 */
export function generateTokenKey(): { privateKey: JsonWebKey; publicKey: JsonWebKey } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y, d } = privateKey.export({ format: 'jwk' });
  const publicKey = { kty, crv, x, y } as JsonWebKey;
  return { privateKey: { ...publicKey, d } as JsonWebKey, publicKey };
}

function readKeys(value: unknown, half: 'private' | 'public'): TokenKey[] {
  const isSet = value !== null && typeof value === 'object' && !Array.isArray(value) && 'keys' in value;
  const listed = isSet ? value.keys : value;
  const keys = (Array.isArray(listed) ? listed : [listed]).map((jwk, index) => readKey(jwk, index, half));
  const twice = keys.find(({ kid }, index) => keys.findIndex((key) => key.kid === kid) !== index);
  if (twice) throw new TypeError(`has two keys with the kid ${twice.kid}`);
  return keys;
}

function readKey(value: unknown, index: number, half: 'private' | 'public'): TokenKey {
  const { kty, crv, x, y, d, kid } = (value ?? {}) as Record<string, unknown>;
  if (kty !== 'EC' || crv !== 'P-256') throw new TypeError(`[${index}] must be a JSON Web Key of kty EC on P-256`);
  if (half === 'private' && d === undefined) throw new TypeError(`[${index}] has no private part (d)`);
  if (half === 'public' && d !== undefined) {
    throw new TypeError(`[${index}] has a private part (d): give this process the public part alone`);
  }
  if (kid !== undefined && (typeof kid !== 'string' || !/^[\w.-]{1,64}$/.test(kid))) {
    throw new TypeError(`[${index}] has a kid that is not 1 to 64 letters, digits, - _ .`);
  }
  try {
    const point = { kty, crv, x, y } as JsonWebKey;
    const publicKey = createPublicKey({ key: point, format: 'jwk' });
    const privateKey =
      half === 'private' ? createPrivateKey({ key: { ...point, d } as JsonWebKey, format: 'jwk' }) : undefined;
    return { kid: kid ?? thumbprint(publicKey), publicKey, privateKey };
  } catch {
    throw new TypeError(`[${index}] is no valid key`);
  }
}

function thumbprint(key: KeyObject): string {
  const { crv, kty, x, y } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
