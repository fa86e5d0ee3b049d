import type { FrameOf } from '@parley/protocol';
import { isRevoked } from '@parley/redis';
import { verifyToken } from '@parley/service';
import type { Connection } from '../connection.ts';
import type { Gateway } from '../gateway.ts';
import { Refusal } from './refusal.ts';

/** Takes a fresh token of the same user before the old one ends. */
export async function auth(gateway: Gateway, connection: Connection, frame: FrameOf<'auth'>): Promise<void> {
  const token = verifyToken(gateway.config.tokenSecret, frame.token);
  if (!token.ok) throw new Refusal('unauthenticated', `The token is ${token.reason}`);
  if (token.user !== connection.user.id) throw new Refusal('forbidden', 'The token is another user’s');
  if (await isRevoked(gateway.link, token.user, token.session))
    throw new Refusal('unauthenticated', 'The session was ended');
  connection.session = token.session;
  connection.expires = gateway.clock.second(token.expires);
}
