import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Builds the permanent address of a media for a LayIM page. `img[…]` and `file(…)[…]` carry the
 * address as text, so each recipient of the address may load it. The address cannot be guessed.
 */
export function mediaAddress(secret: string, media: number): string {
  return `/layim/media/${media}/${seal(secret, media)}`;
}

/** Returns whether this api signed the address. */
export function isMediaAddress(secret: string, media: number, given: string): boolean {
  const [expected, found] = [Buffer.from(seal(secret, media)), Buffer.from(given)];
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function seal(secret: string, media: number): string {
  return createHmac('sha256', secret).update(`layim-media:${media}`).digest('base64url');
}
