import { createHmac, timingSafeEqual } from 'node:crypto';
import { layimAddress } from '@parley/protocol';

/**
 * Returns the sealed (signed) address at which a LayIM page loads a media file without an access
 * token. The address grants access to one user, for a time that the api decides.
 *
 * @param key the key in Redis that signs addresses
 * @param made current time in Unix ms
 */
export function sealLayimMedia(key: string, media: number, user: number, made: number): string {
  return `${layimAddress(media)}/${user}.${made}.${sign(key, media, user, made)}`;
}

/**
 * Returns the user and the time that a seal (the signature of a LayIM address) contains. Returns
 * undefined if the seal was not made with this key for this media file.
 *
 * @param seal the last segment of the address
 */
export function readLayimSeal(key: string, media: number, seal: string): LayimSeal | undefined {
  const [user = 0, made = 0] = seal.split('.', 2).map(Number);
  const [expected, given] = [Buffer.from(`${user}.${made}.${sign(key, media, user, made)}`), Buffer.from(seal)];
  return expected.length === given.length && timingSafeEqual(expected, given) ? { user, made } : undefined;
}

function sign(key: string, media: number, user: number, made: number): string {
  return createHmac('sha256', key).update(`layim-media:${media}:${user}:${made}`).digest('base64url');
}

interface LayimSeal {
  user: number;
  /** Unix ms. */
  made: number;
}
