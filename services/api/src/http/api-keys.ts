import { createHash, timingSafeEqual } from 'node:crypto';
import type { Variable } from '@parley/service';

/**
 * Defines the variable with the keys of the server API: entries separated by commas. An entry is
 * either a secret of at least 32 characters without blanks, which has all scopes, or `name:` and
 * the hexadecimal SHA-256 of a secret, so that the secret itself is not stored. A named entry can
 * end with `:` and scopes joined by `+`. Default: no keys. Error messages never contain the keys.
 */
export function apiKeys(): Variable<readonly ApiKey[]> {
  return {
    read(text) {
      const entries = text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
      const keys = entries.map(readKey);
      const wrong = keys.indexOf(undefined);
      if (wrong >= 0) {
        const problem = `[${wrong}] must have at least 32 characters and no blanks, or be a name, a SHA-256 in hexadecimal and scopes (${apiScopes.join(', ')}): shop:<sha256>:read+write`;
        return { ok: false, problem };
      }
      return { ok: true, value: keys as ApiKey[] };
    },
  };
}

/**
 * Returns the API key with this secret. Returns undefined if no key matches. The duration is the
 * same whether or not a key matches.
 */
export function findKey(keys: readonly ApiKey[], given: string): ApiKey | undefined {
  const hash = sha256(given);
  // Compares the secret with every key, so that the duration does not reveal which key is similar.
  return keys.filter((key) => timingSafeEqual(key.hash, hash))[0];
}

function readKey(entry: string, index: number): ApiKey | undefined {
  const [, name, hex, words] = /^([\w.-]{1,32}):([0-9a-f]{64})(?::([a-z+]+))?$/i.exec(entry) ?? [];
  if (name !== undefined && hex !== undefined) {
    const given = words?.split('+') ?? apiScopes;
    if (!given.every(isScope)) return undefined;
    return { name, hash: Buffer.from(hex, 'hex'), scopes: new Set(given) };
  }
  if (entry.length < 32 || /\s/.test(entry)) return undefined;
  return { name: `key-${index + 1}`, hash: sha256(entry), scopes: new Set(apiScopes) };
}

function isScope(word: string): word is ApiScope {
  return apiScopes.includes(word as ApiScope);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * What an API key can do: read users, groups and messages; write them; moderate (deactivate users,
 * reset passwords, dissolve groups); sign users in; administer the installation, which includes all
 * other scopes.
 */
const apiScopes = ['read', 'write', 'moderate', 'tokens', 'admin'] as const;

export type ApiScope = (typeof apiScopes)[number];

export interface ApiKey {
  /** Name of the key, for the log and the rate limit. */
  name: string;
  /** SHA-256 hash of the secret. */
  hash: Buffer;
  scopes: ReadonlySet<ApiScope>;
}
