import type { Database } from '@parley/database';
import type { Session, User } from '@parley/protocol';
import type { ApiConfig } from '../config.ts';
import type { Notify } from '../events/notice.ts';
import { Refusal } from '../http/refusal.ts';
import { endSurplusSessions, insertSession, removeEndedSessions } from '../queries/sessions.ts';
import { type Credentials, lockCredentials } from './account-queries.ts';
import { endOfTokens } from './end-sessions.ts';
import { createRefreshToken, createSessionId } from './refresh-token.ts';
import { sessionAnswer } from './session-answer.ts';

/**
 * Creates a session in the caller's transaction and returns it. If the user has too many sessions,
 * ends the least recently used ones.
 *
 * Locks the user's row, so that a concurrent deactivation, deletion or password change runs either
 * before this transaction, which then rejects, or after it, and then ends the new session.
 *
 * @param check throws if the current credentials do not permit the session
 * @throws Refusal `unauthenticated` if the account was deleted or deactivated
 */
export async function openSession(
  tx: Database,
  notify: Notify,
  config: ApiConfig,
  user: User,
  device: string | undefined,
  check: (credentials: Credentials) => Promise<void> = async () => {},
): Promise<Session> {
  const credentials = await lockCredentials(tx, user.id);
  if (credentials === undefined) throw new Refusal('unauthenticated', 'The username or the password is wrong.');
  await check(credentials);
  const id = createSessionId();
  const { token, hash } = createRefreshToken(config.tokens.secret, id);
  const now = Date.now();
  await removeEndedSessions(tx, user.id, now);
  await insertSession(tx, { id, user: user.id, device, hash, now, expires: now + config.tokens.refresh });
  const surplus = await endSurplusSessions(tx, user.id, config.limits.sessions, now);
  const until = endOfTokens(config);
  if (surplus.length > 0) notify({ revoked: surplus.map((session) => ({ user: user.id, session, until })) });
  return sessionAnswer(config, user, id, token);
}
