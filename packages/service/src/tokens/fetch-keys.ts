import { jwkKey, type VerifyKey } from './key.ts';

/** Maximum number of keys read from a set. */
const MOST_KEYS = 100;

/** Maximum number of bytes read. */
const MOST_BYTES = 512 * 1024;

/**
 * Fetches a JWK set. Returns its keys by `kid`; the `kid` of a key without one is ''. Rejects if
 * the response is late (`timeout` ms), redirected, too large, or has no key that verifies tokens.
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
    // The first key with a `kid` is kept. A later one cannot replace it.
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
    // Leaving the loop cancels the response.
    if (size > MOST_BYTES) throw new Error(`the key set has more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
