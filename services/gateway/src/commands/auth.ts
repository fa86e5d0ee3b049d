import type { FrameOf } from '@parley/protocol';
import { isRevoked } from '@parley/redis';
import type { CommandDeps } from './command.ts';
import type { SenderConnection } from './frame-sender.ts';
import { Refusal } from './refusal.ts';

/** Replaces the access token of a connection by a newer token of the same user. */
export async function auth(
  deps: CommandDeps,
  connection: SenderConnection,
  frame: FrameOf<'auth'>,
): Promise<undefined> {
  const { session, expires } = await checkToken(deps, connection.user.id, frame.token);
  connection.renew(session, expires);
}

/**
 * Returns the session of an access token and its expiry in Unix ms. Throws a `Refusal` if the token
 * is invalid or belongs to another user.
 */
export async function checkToken(
  { redis, tokens, findExternalUser }: CommandDeps,
  user: number,
  text: string,
): Promise<{ session: string; expires: number }> {
  const token = tokens.verify(text);
  if (!token.ok) throw new Refusal('unauthenticated', `The token is ${token.reason}`);
  const { bearer, session, expires } = token;
  const owner = 'user' in bearer ? bearer.user : await findExternalUser(bearer);
  if (typeof owner !== 'number') throw new Refusal(owner.code, owner.detail);
  if (owner !== user) throw new Refusal('forbidden', 'The token belongs to another user.');
  if (await isRevoked(redis, user, session)) throw new Refusal('unauthenticated', 'The session has ended.');
  return { session, expires };
}
