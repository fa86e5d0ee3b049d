import type { Database } from '@parley/database';
import type { ApiConfig } from '../config.ts';
import type { Notify } from '../events/notice.ts';
import { endOtherSessions } from '../queries/sessions.ts';

/**
 * Ends all sessions of a user except one, in the caller's transaction. Their tokens become invalid,
 * and their sockets are closed.
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
 * Returns when the last access token of a session that ends now has expired, in Unix ms. It is one
 * minute more than the lifetime of a token, because a refresh in flight may still sign one.
 */
export function endOfTokens({ tokens }: ApiConfig): number {
  return Date.now() + tokens.access + 60_000;
}
