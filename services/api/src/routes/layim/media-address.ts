import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Where a LayIM page loads a media from, for good: `img[…]` and `file(…)[…]` carry it as text, so
 * whoever was sent the address may load it, and nobody finds it by guessing.
 */
export function mediaAddress(secret: string, media: number): string {
  return `/layim/media/${media}/${seal(secret, media)}`;
}

/** Whether we made this address. */
export function isMediaAddress(secret: string, media: number, given: string): boolean {
  const [expected, found] = [Buffer.from(seal(secret, media)), Buffer.from(given)];
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function seal(secret: string, media: number): string {
  return createHmac('sha256', secret).update(`layim-media:${media}`).digest('base64url');
}
