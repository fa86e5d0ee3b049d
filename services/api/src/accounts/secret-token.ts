import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Creates a one-time token, which is sent to the user, and its hash, which the server stores. */
export function createSecretToken(): { token: string; hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token) };
}

/** Returns the SHA-256 of a token as base64url. Tokens are random, so they need no slow hash. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/**
 * Creates the token that identifies a known device at its next sign-in, so that wrong guesses from
 * other devices do not lock it out. The token grants no access.
 */
export function createDeviceToken(secret: string, user: number, session: string): string {
  const content = `${user}.${session}`;
  return `${content}.${sealDevice(secret, content)}`;
}

/**
 * Returns the id of the user's device that holds this token. Undefined if the token is forged or
 * belongs to another user.
 */
export function readDeviceToken(secret: string, user: number, token: string | undefined): string | undefined {
  const [, content, owner, device, seal] = /^((\d{1,16})\.([\w-]{22}))\.([\w-]{43})$/.exec(token ?? '') ?? [];
  if (content === undefined || device === undefined || seal === undefined || Number(owner) !== user) return undefined;
  return timingSafeEqual(Buffer.from(sealDevice(secret, content)), Buffer.from(seal)) ? device : undefined;
}

function sealDevice(secret: string, content: string): string {
  return createHmac('sha256', secret).update(`device:${content}`).digest('base64url');
}
