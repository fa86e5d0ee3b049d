import type { FrameOf } from '@parley/protocol';
import { isRevoked } from '@parley/redis';
import type { Connection } from '../connection/connection.ts';
import type { Gateway } from '../start-gateway.ts';
import { findBearer } from '../users/external-user.ts';
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
  const token = gateway.tokens.verify(text);
  if (!token.ok) throw new Refusal('unauthenticated', `The token is ${token.reason}`);
  const bearer = 'user' in token.bearer ? token.bearer.user : await findBearer(gateway, token.bearer);
  if (typeof bearer !== 'number') throw new Refusal(bearer.code, bearer.detail);
  if (bearer !== user) throw new Refusal('forbidden', 'The token is another user’s');
  if (await isRevoked(gateway.link, user, token.session)) throw new Refusal('unauthenticated', 'The session was ended');
  return token;
}
