import type { FrameOf } from '@parley/protocol';
import { isRevoked } from '@parley/redis';
import { verifyToken } from '@parley/service';
import type { Connection } from '../connection.ts';
import type { Gateway } from '../gateway.ts';
import { Refusal } from './refusal.ts';

/** Takes a fresh token of the same user before the old one ends. */
export async function auth(gateway: Gateway, connection: Connection, frame: FrameOf<'auth'>): Promise<undefined> {
  const { session, expires } = await checkFresh(gateway, connection.user.id, frame.token);
  connection.session = session;
  connection.expires = gateway.clock.second(expires);
}

/** The session of a token and its end in ms since 1970. Throws a refusal when it is not a good one of this user. */
export async function checkFresh(
  gateway: Gateway,
  user: number,
  text: string,
): Promise<{ session: string; expires: number }> {
  const token = verifyToken(gateway.config.tokenSecret, text);
  if (!token.ok) throw new Refusal('unauthenticated', `The token is ${token.reason}`);
  if (token.user !== user) throw new Refusal('forbidden', 'The token is another user’s');
  if (await isRevoked(gateway.link, user, token.session)) throw new Refusal('unauthenticated', 'The session was ended');
  return token;
}
