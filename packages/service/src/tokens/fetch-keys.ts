import { jwkKey, type VerifyKey } from './key.ts';

/** Maximum number of keys that are read from a key set. */
const MOST_KEYS = 100;

/** Maximum bytes of a key set that are read. */
const MOST_BYTES = 512 * 1024;

/**
 * Fetches a JWK set. Returns its keys by their `kid`. A key without a `kid` has the name ''.
 * Rejects if the response takes longer than `timeout` ms, redirects, is too large, or contains no
 * key that can verify tokens.
 */
export async function fetchKeys(url: string, timeout: number): Promise<Map<string, VerifyKey>> {
  const signal = AbortSignal.timeout(timeout);
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the key set responded with ${response.status}`);
  }
  const { keys } = JSON.parse(await readText(response)) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('the key set has no list of keys');
  const found = new Map<string, VerifyKey>();
  for (const jwk of keys.slice(0, MOST_KEYS)) {
    if (typeof jwk !== 'object' || jwk === null) continue;
    const key = jwkKey(jwk);
    const kid: unknown = jwk.kid ?? '';
    // Keeps the first key with a `kid`, so that a later key in the set cannot replace it.
    if (key !== undefined && typeof kid === 'string' && !found.has(kid)) found.set(kid, key);
  }
  if (found.size === 0) throw new Error('the key set holds no key for RS256 or ES256');
  return found;
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    // Leaving the loop cancels the rest of the response.
    if (size > MOST_BYTES) throw new Error(`the key set has more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
