import { jsonVariable } from '../env/json-variable.ts';
import type { Variable } from '../env/read-env.ts';
import { publicKey, secretKey, type VerifyKey } from './key.ts';

/** An issuer of tokens other than Parley, and how its tokens are verified. */
export interface TokenIssuer {
  /** Value that the claim `iss` of a token must have. */
  issuer: string;
  /** Value that the claim `aud` of a token must have. */
  audience: string;
  /** Key of the issuer, or the URL at which the issuer publishes its keys. */
  keys: VerifyKey | { jwks: string };
  /**
   * Name of the claim that contains the user's id. Default: none, `sub` is the user's external id.
   */
  uid: string | undefined;
  /**
   * Prefix that is added to `sub`, so that an issuer cannot create tokens for users of another
   * issuer.
   */
  prefix: string;
  /** Maximum difference of the clocks in seconds that is tolerated. */
  tolerance: number;
}

/**
 * A variable with a JSON list of issuers: `[{"issuer", "audience", one of "secret" (HS256),
 * "publicKey" (PEM: RS256, ES256) and "jwks" (a URL), "uid"?, "prefix"?, "tolerance"? (seconds,
 * default 30)}]`. Errors never contain its value, because it might contain secrets.
 */
export function tokenIssuers(): Variable<readonly TokenIssuer[]> {
  return jsonVariable(readIssuers, []);
}

function readIssuers(value: unknown): TokenIssuer[] {
  if (!Array.isArray(value)) throw new TypeError('must be a JSON list');
  const issuers = value.map((each, index) => {
    try {
      return readIssuer(each);
    } catch (error) {
      throw new TypeError(`[${index}] ${(error as Error).message}`);
    }
  });
  const names = issuers.map(({ issuer }) => issuer);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`names the issuer ${twice} twice`);
  return issuers;
}

function readIssuer(value: unknown): TokenIssuer {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('must be an object');
  const given = value as Record<string, unknown>;
  const unknown = Object.keys(given).find((name) => !fields.has(name));
  if (unknown !== undefined) throw new TypeError(`has no field ${unknown}`);
  const issuer = text(given, 'issuer');
  if (issuer === 'parley') throw new TypeError('issuer: parley is the one of tokens made here');
  const { uid, prefix = '', tolerance = 30 } = given;
  if (uid !== undefined && (typeof uid !== 'string' || uid === '')) throw new TypeError('uid must name a claim');
  if (typeof prefix !== 'string' || prefix.length > 64) throw new TypeError('prefix must be a short text');
  if (typeof tolerance !== 'number' || !(tolerance >= 0 && tolerance <= 300)) {
    throw new TypeError('tolerance must be from 0 to 300 seconds');
  }
  return { issuer, audience: text(given, 'audience'), keys: readKeys(given), uid, prefix, tolerance };
}

function readKeys(given: Record<string, unknown>): TokenIssuer['keys'] {
  const kinds = ['secret', 'publicKey', 'jwks'].filter((kind) => given[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) throw new TypeError('needs one of secret, publicKey and jwks');
  const value = text(given, kind);
  if (kind === 'jwks') {
    if (isSafe(value)) return { jwks: value };
    throw new TypeError('jwks must be an https address (http is for this machine alone)');
  }
  try {
    return kind === 'secret' ? secretKey(value) : publicKey(value);
  } catch (error) {
    throw new TypeError(`${kind} ${error instanceof TypeError ? error.message : 'is no key in PEM'}`);
  }
}

/**
 * Returns whether the connection to the server of a URL is authenticated: over HTTPS, or to this
 * machine.
 */
function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username } = new URL(address);
  if (username !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname));
}

function text(given: Record<string, unknown>, name: string): string {
  const value = given[name];
  if (typeof value !== 'string' || value === '') throw new TypeError(`${name} must be a text`);
  return value;
}

const fields = new Set(['issuer', 'audience', 'secret', 'publicKey', 'jwks', 'uid', 'prefix', 'tolerance']);
