import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Builds the URL of a media for a LayIM page. The URL is part of a text (`img[…]`, `file(…)[…]`),
 * so each recipient of the text may load the media until `LAYIM_MEDIA_TTL` after the upload. Nobody
 * can guess the URL.
 */
export function mediaAddress(secret: string, media: number): string {
  return `/layim/media/${media}/${seal(secret, media)}`;
}

/** Returns whether this api signed the URL. */
export function isMediaAddress(secret: string, media: number, given: string): boolean {
  const [expected, found] = [Buffer.from(seal(secret, media)), Buffer.from(given)];
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function seal(secret: string, media: number): string {
  return createHmac('sha256', secret).update(`layim-media:${media}`).digest('base64url');
}
