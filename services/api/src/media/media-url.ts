import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Returns the query string that signs a media URL, so that the URL works without an access token,
 * which browsers cannot send when a page shows an image or a video. The signature is bound to one
 * user and stops working when that user loses access to the media. It stays the same for a while,
 * so that browsers can cache the media.
 *
 * @param ttl minimum time in ms for which the signature is valid. The maximum is twice as long
 */
export function signMedia(secret: string, media: number, user: number, now: number, ttl: number): SignedMedia {
  const expires = (Math.floor(now / ttl) + 2) * ttl;
  return { query: `user=${user}&expires=${expires}&signature=${seal(secret, media, user, expires)}`, expires };
}

/** Returns whether this server signed the URL and it has not expired. */
export function isSigned(secret: string, media: number, { user, expires, signature }: Signature, now: number): boolean {
  if (expires < now) return false;
  const [expected, given] = [Buffer.from(seal(secret, media, user, expires)), Buffer.from(signature)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function seal(secret: string, media: number, user: number, expires: number): string {
  return createHmac('sha256', secret).update(`media:${media}:${user}:${expires}`).digest('base64url');
}

export interface SignedMedia {
  query: string;
  /** When the signature expires, in Unix ms. */
  expires: number;
}

export interface Signature {
  user: number;
  expires: number;
  signature: string;
}
