import { createHash, timingSafeEqual } from 'node:crypto';
import type { Variable } from '@parley/service';

/**
 * The keys of the server API: entries separated by commas. An entry is either a secret of at least
 * 32 characters without blanks, which has all scopes, or `name:` and the SHA-256 of a secret in
 * hexadecimal, so that the secret itself is not stored. `:` and scopes joined by `+` may follow.
 * Default: no keys. Never printed.
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

/** Finds the API key with a given secret. Returns undefined if none matches, in constant time. */
export function findKey(keys: readonly ApiKey[], given: string): ApiKey | undefined {
  const hash = sha256(given);
  // Compares with every key, so that the duration does not reveal which key is similar.
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
 * The scopes of a key: read users, groups and messages; write them; moderate (deactivate users,
 * reset passwords, dissolve groups); sign users in; administer the installation, which includes all
 * others.
 */
const apiScopes = ['read', 'write', 'moderate', 'tokens', 'admin'] as const;

export type ApiScope = (typeof apiScopes)[number];

export interface ApiKey {
  /** Name of the key in the log and in the rate limit. */
  name: string;
  /** SHA-256 of the secret. */
  hash: Buffer;
  scopes: ReadonlySet<ApiScope>;
}
