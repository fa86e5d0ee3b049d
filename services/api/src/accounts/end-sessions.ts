import type { Database } from '@parley/database';
import type { ApiConfig } from '../config.ts';
import type { Notify } from '../events/notice.ts';
import { endOtherSessions } from '../queries/sessions.ts';

/**
 * Ends all sessions of a user except one, in the caller's transaction; their tokens end and their
 * sockets are closed.
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
 * When the last access token of a session that ends now has expired, in Unix ms. A minute more than
 * its lifetime: a refresh that is in flight signs its token after this.
 */
export function endOfTokens({ tokens }: ApiConfig): number {
  return Date.now() + tokens.access + 60_000;
}
