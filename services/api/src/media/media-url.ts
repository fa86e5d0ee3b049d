import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * What to add to the address of a media, so that it needs no token: pages cannot give one with an
 * image or a film. It speaks for one user and holds for that user's rights only: who lost sight of
 * the media cannot use it either. The same for a while, so that a browser finds again what it has.
 *
 * @param ttl how long it holds at least, in ms; twice that at most
 */
export function signMedia(secret: string, media: number, user: number, now: number, ttl: number): SignedMedia {
  const expires = (Math.floor(now / ttl) + 2) * ttl;
  return { query: `user=${user}&expires=${expires}&signature=${seal(secret, media, user, expires)}`, expires };
}

/** Returns whether this server signed the address and it has not expired. */
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
