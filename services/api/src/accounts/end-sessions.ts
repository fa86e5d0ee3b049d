import type { Database } from '@parley/database';
import type { ApiConfig } from '../config.ts';
import type { Notify } from '../events/notice.ts';
import { endOtherSessions } from '../queries/sessions.ts';

/**
 * Ends all sessions of a user except the session `keep`, in the caller's transaction. After the
 * commit, tokens of the ended sessions are invalid and their sockets are closed.
 */
export async function endSessions(
  tx: Database,
  notify: Notify,
  config: ApiConfig,
  user: number,
  keep?: string,
): Promise<string[]> {
  const ended = await endOtherSessions(tx, user, keep, Date.now());
  const until = endOfTokens(config);
  if (ended.length > 0) notify({ revoked: ended.map((session) => ({ user, session, until })) });
  return ended;
}

/**
 * Returns when the last access token of a session that ends now will have expired, in Unix ms: the
 * lifetime of a token plus one minute, because a refresh in flight might still sign a token.
 */
export function endOfTokens({ tokens }: ApiConfig): number {
  return Date.now() + tokens.access + 60_000;
}
