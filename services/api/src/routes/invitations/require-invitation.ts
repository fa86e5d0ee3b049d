import { z } from '@hono/zod-openapi';
import { takeTokens } from '@parley/redis';
import { hashToken } from '../../accounts/secret-token.ts';
import type { AppContext } from '../../app-context.ts';
import { Refusal } from '../../http/refusal.ts';
import { type Found, findInvitation } from '../../queries/group-invitations.ts';

/** `{code}` of a path. */
export const codeParams = z.object({
  code: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'Not an invitation')
    .openapi({ description: 'The code of the link' }),
});

/**
 * Returns the valid invitation with a code. Wrong codes are counted for each subject, so that
 * nobody can guess codes. Correct codes are not, so that many people at one address can use a valid
 * link.
 *
 * @param subjects the address of the request, and the user if somebody is signed in
 * @param follower a user whose invitation may have ended, see `findInvitation`
 * @throws Refusal `not-found` for a wrong code, `too-many` after too many of them
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
    // A request for zero tokens returns how many are left.
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

/** Returns the refusal for a code that was revoked, is used up, has expired or never existed. */
export function ended(): Refusal {
  return new Refusal('not-found', 'This link does not work any more. Ask for a new one.');
}
