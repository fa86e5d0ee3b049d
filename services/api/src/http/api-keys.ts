import { createHash, timingSafeEqual } from 'node:crypto';
import type { Variable } from '@parley/service';

/**
 * The keys of the server API: entries separated by commas, each a secret of at least 32 characters without blanks, or `name:` and the SHA-256 of one
 * in hexadecimal, so that the secret itself stands nowhere. None when absent. Never printed.
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
        const problem = `[${wrong}] must have at least 32 characters and no blanks, or be a name and a SHA-256 in hexadecimal`;
        return { ok: false, problem };
      }
      return { ok: true, value: keys as ApiKey[] };
    },
  };
}

/** The key that somebody brought; undefined when it is none. Takes as long for every wrong one. */
export function findKey(keys: readonly ApiKey[], given: string): ApiKey | undefined {
  const hash = sha256(given);
  // Each is compared, so that how long it takes does not tell which was close.
  return keys.filter((key) => timingSafeEqual(key.hash, hash))[0];
}

function readKey(entry: string, index: number): ApiKey | undefined {
  const [, name, hex] = /^([\w.-]{1,32}):([0-9a-f]{64})$/i.exec(entry) ?? [];
  if (name !== undefined && hex !== undefined) return { name, hash: Buffer.from(hex, 'hex') };
  return entry.length < 32 || /\s/.test(entry) ? undefined : { name: `key-${index + 1}`, hash: sha256(entry) };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export interface ApiKey {
  /** For the log and the rate. */
  name: string;
  /** SHA-256 of the secret. */
  hash: Buffer;
}
