import type { Context } from 'hono';
import type { CallerEnv, OpenEnv } from '../app-context.ts';
import { addressOf } from '../http/limit-rate.ts';
import { Refusal } from '../http/refusal.ts';
import { type Credentials, getCredentials } from './account-queries.ts';
import { audit } from './audit.ts';
import { limitGuesses } from './limit-guesses.ts';

/**
 * Checks the password of the user who sends the request, before an action that a stolen access
 * token alone must not allow. Returns the user's credentials.
 *
 * @param password the password in the request. If `optional` is set, an account without a password
 * needs none
 * @throws Refusal `forbidden` for a wrong password, `too-many` after too many wrong ones,
 * `conflict` for an account without a password
 */
export async function requirePassword(
  c: Context<CallerEnv>,
  password: string | undefined,
  { optional = false }: { optional?: boolean } = {},
): Promise<Credentials> {
  const { context, caller } = c.var;
  const credentials = await getCredentials(context.db, { user: caller.user });
  if (credentials === undefined) throw new Refusal('unauthenticated');
  const { passwordHash, user } = credentials;
  if (passwordHash === null) {
    if (optional) return credentials;
    throw new Refusal('conflict', 'Your account has no password.');
  }
  const address = addressOf(c as unknown as Context<OpenEnv>);
  const guess = await limitGuesses(context, { account: `~${user.id}`, address });
  if (!(await context.accounts.passwords.verify(user.username, password ?? '', passwordHash))) {
    audit(c, 'password.check-failed', { user: user.id });
    throw new Refusal('forbidden', 'The password is wrong.');
  }
  await guess.succeeded();
  return credentials;
}
