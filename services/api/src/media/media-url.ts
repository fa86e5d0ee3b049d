import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Returns the query string that signs the URL of a media, so that the URL works without a token:
 * pages cannot send a token with an image or a video. The signature grants the access of one user
 * and becomes invalid when that user may no longer read the media. It stays the same for a while,
 * so that browsers can cache the media.
 *
 * @param ttl minimum validity of the signature in ms. The maximum is twice as long
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
  /** Ms since 1970. */
  expires: number;
}

export interface Signature {
  user: number;
  expires: number;
  signature: string;
}
