import type { Context } from 'hono';
import type { AppContext, CallerEnv, OpenEnv } from '../../app-context.ts';
import { authenticate } from '../../http/authenticate.ts';
import { limitRequests } from '../../http/limit-rate.ts';
import { Refusal } from '../../http/refusal.ts';
import { maySee } from '../../media/may-see.ts';
import { isSigned } from '../../media/media-url.ts';
import { getMedia, type MediaRow } from '../../queries/media.ts';
import { findActive } from '../../queries/server-users.ts';
import type { SignatureQuery } from './schemas.ts';

/**
 * Returns the row of a media file. Responds 404 if the file does not exist, is incomplete, or the
 * user is not allowed to read it, so that the response does not reveal whether it exists.
 */
export async function requireMedia(context: AppContext, user: number, id: number): Promise<MediaRow> {
  const row = await getMedia(context.db, id);
  if (row?.state === 'ready' && (await maySee(context, user, id))) return row;
  throw new Refusal('not-found', 'This media does not exist, or you have no access to it.');
}

/**
 * Returns the user who requests a media file. The access token or the signature in the URL
 * identifies the user. Refuses all other requests with 401.
 */
export async function askerOf(c: Context<OpenEnv>, id: number, query: SignatureQuery): Promise<number> {
  const { context } = c.var;
  const { user, expires, signature } = query;
  if (signature === undefined) {
    const caller = c as unknown as Context<CallerEnv>;
    await authenticate(caller, async () => {});
    return caller.var.caller.user;
  }
  const complete = user !== undefined && expires !== undefined;
  const signed = complete && isSigned(context.config.tokens.secret, id, { user, expires, signature }, Date.now());
  if (signed && (await findActive(context.db, user)) !== undefined) {
    await limitRequests(c, 'user', user);
    return user;
  }
  throw new Refusal('unauthenticated', 'The signature of this address is invalid or expired.');
}
