import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Creates a refresh token for a session. The token contains the session's id, 32 random bytes, and
 * an HMAC over both. The server stores only its `hash`.
 */
export function createRefreshToken(secret: string, session: string): { token: string; hash: string } {
  const content = `${session}.${randomBytes(32).toString('base64url')}`;
  const token = `${content}.${seal(secret, content)}`;
  return { token, hash: hashOf(token) };
}

/**
 * Parses a refresh token. Returns undefined if it is malformed. `genuine` is true if this server
 * issued the token. A genuine token that is not the latest token of the session has been used
 * before.
 */
export function readRefreshToken(secret: string, token: string): RefreshToken | undefined {
  const [, content, session, mark] = /^(([\w-]{22})\.[\w-]{43})\.([\w-]{43})$/.exec(token) ?? [];
  if (content === undefined || session === undefined || mark === undefined) return undefined;
  const genuine = timingSafeEqual(Buffer.from(seal(secret, content)), Buffer.from(mark));
  return { session, hash: hashOf(token), genuine };
}

/** Creates a random id for a new session. */
export function createSessionId(): string {
  return randomBytes(16).toString('base64url');
}

function seal(secret: string, content: string): string {
  return createHmac('sha256', secret).update(`refresh:${content}`).digest('base64url');
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

interface RefreshToken {
  session: string;
  hash: string;
  genuine: boolean;
}
