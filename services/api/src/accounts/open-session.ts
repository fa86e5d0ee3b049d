import type { Database } from '@parley/database';
import type { Session, User } from '@parley/protocol';
import type { ApiConfig } from '../config.ts';
import type { Notify } from '../events/notice.ts';
import { Refusal } from '../http/refusal.ts';
import { lockUsers } from '../queries/lock-users.ts';
import { endSurplusSessions, insertSession, removeEndedSessions } from '../queries/sessions.ts';
import { createRefreshToken, createSessionId } from './refresh-token.ts';
import { sessionAnswer } from './session-answer.ts';

/**
 * Begins a session of a user, in the caller's transaction, and answers it. Ends those beyond the user's limit. Refuses for a user who
 * was deleted meanwhile.
 */
export async function openSession(
  tx: Database,
  notify: Notify,
  config: ApiConfig,
  user: User,
  device: string | undefined,
): Promise<Session> {
  const id = createSessionId();
  const { token, hash } = createRefreshToken(config.tokens.secret, id);
  if (!(await lockUsers(tx, [user.id]))) throw new Refusal('unauthenticated');
  const now = Date.now();
  await removeEndedSessions(tx, user.id, now);
  await insertSession(tx, { id, user: user.id, device, hash, now, expires: now + config.tokens.refresh });
  const surplus = await endSurplusSessions(tx, user.id, config.limits.sessions, now);
  const until = now + config.tokens.access;
  if (surplus.length > 0) notify({ revoked: surplus.map((session) => ({ user: user.id, session, until })) });
  return sessionAnswer(config, user, id, token);
}
