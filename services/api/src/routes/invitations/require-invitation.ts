import { z } from '@hono/zod-openapi';
import { takeTokens } from '@parley/redis';
import { hashToken } from '../../accounts/secret-token.ts';
import type { AppContext } from '../../app-context.ts';
import { Refusal } from '../../http/refusal.ts';
import { type Found, findInvitation } from '../../queries/group-invitations.ts';

/** The path parameter `{code}` of an invitation. */
export const codeParams = z.object({
  code: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'Not an invitation')
    .openapi({ description: 'The code of the link' }),
});

/**
 * Returns the valid invitation that has this code. Counts wrong codes of each subject, so that
 * nobody can guess codes. Does not count correct codes, so that many people at one address can use
 * a valid link.
 *
 * @param subjects the address of the request and, if a user is signed in, the user's id
 * @param follower a user for which an ended invitation is also accepted, see `findInvitation`
 * @throws Refusal `not-found` for a wrong code, `too-many` after too many wrong codes
 */
export async function requireInvitation(
  { db, redis, config }: AppContext,
  code: string,
  subjects: readonly (string | number)[],
  follower?: number,
): Promise<Found> {
  const burst = config.perMinute.invitationGuesses;
  const rate = { perSecond: burst / 60, burst };
  for (const subject of subjects) {
    // Requests zero tokens, which only returns how many are left.
    const { left } = await takeTokens(redis, 'invitation-guess', subject, rate, 0, 0);
    if (left > 0) continue;
    const retryAfter = Math.ceil(60 / burst);
    throw new Refusal('too-many', 'You followed too many links that do not work. Try again later.', { retryAfter });
  }
  const found = await findInvitation(db, hashToken(code), follower);
  if (found !== undefined) return found;
  for (const subject of subjects) await takeTokens(redis, 'invitation-guess', subject, rate);
  throw ended();
}

/**
 * Returns the refusal for an invitation code that was revoked, is used up, has expired or never
 * existed.
 */
export function ended(): Refusal {
  return new Refusal('not-found', 'This link does not work any more. Ask for a new one.');
}
