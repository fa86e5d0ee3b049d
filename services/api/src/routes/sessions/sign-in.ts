import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Credentials, getCredentials, replacePasswordHash } from '../../accounts/account-queries.ts';
import { audit } from '../../accounts/audit.ts';
import { type Guess, limitGuesses } from '../../accounts/limit-guesses.ts';
import { openSession } from '../../accounts/open-session.ts';
import { checkSecondFactor } from '../../accounts/second-factor.ts';
import { readDeviceToken } from '../../accounts/secret-token.ts';
import { readSessionCookie, setSessionCookies } from '../../accounts/session-answer.ts';
import type { OpenEnv } from '../../app-context.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { ensureCopy } from '../../events/ensure-copy.ts';
import { deviceField, line } from '../../http/fields.ts';
import { addressOf } from '../../http/limit-rate.ts';
import { jsonBody, jsonResponse, operation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { sessionSchema } from '../../http/schemas.ts';

const schema = z.strictObject({
  username: line(32).toLowerCase(),
  password: z.string().min(1).max(512).openapi({ format: 'password' }),
  code: z.string().trim().min(1).max(32).optional().openapi({
    description: 'Of the second factor, where the account has one: six digits, or a recovery code',
  }),
  device: deviceField.optional().openapi({ description: 'What this device is called in the list of sessions' }),
  deviceToken: z
    .string()
    .max(512)
    .optional()
    .openapi({
      description:
        'The `deviceToken` of an earlier session on this device. Guesses of strangers then do not slow this sign-in. Browsers have it ' +
        'as a cookie',
    }),
});

/** Signs a user in and opens a session. */
export const signIn = operation(
  {
    method: 'post',
    operationId: 'signIn',
    path: '/v1/sessions',
    tags: ['Accounts'],
    summary: 'Sign in',
    request: { body: jsonBody(schema) },
    responses: { 201: jsonResponse(sessionSchema, 'A session; its refresh token is set as a cookie as well') },
    refuses: ['unauthenticated', 'code-required', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const given = c.req.valid('json');
    const account = await getCredentials(context.db, { username: given.username });
    const guess = await limit(c, given, account);
    const known = await context.accounts.passwords.verify(given.username, given.password, account?.passwordHash);
    if (!known || account === undefined) {
      audit(c, 'sign-in.failed', { user: account?.user.id ?? null, reason: 'password' });
      throw new Refusal('unauthenticated', 'The username or the password is wrong.');
    }
    const session = await commitAndNotify(context, (tx, notify) =>
      openSession(tx, notify, context.config, account.user, given.device, async (now) => {
        await confirmPassword(c, account, now, given.password);
        await checkSecondFactor(c, tx, now, given.code, guess);
      }),
    );
    await guess.succeeded();
    await rehash(c, account, given.password);
    await ensureCopy(context, account.user.id);
    audit(c, 'sign-in.succeeded', { user: account.user.id, device: given.device });
    setSessionCookies(c, session);
    return c.json(session, 201);
  },
);

async function limit(c: Context<OpenEnv>, given: Given, account: Credentials | undefined): Promise<Guess> {
  const { context } = c.var;
  const token = given.deviceToken ?? readSessionCookie(c, 'device');
  const device = account && readDeviceToken(context.config.tokens.secret, account.user.id, token);
  try {
    return await limitGuesses(context, { account: given.username, address: addressOf(c), device });
  } catch (error) {
    if (error instanceof Refusal) audit(c, 'sign-in.limited', { user: account?.user.id ?? null });
    throw error;
  }
}

/**
 * Throws if the password is no longer correct. The stored hash might have changed since the
 * password was verified, because of a new password or a rehash of the same password.
 */
async function confirmPassword(c: Context<OpenEnv>, then: Credentials, now: Credentials, given: string): Promise<void> {
  if (now.passwordHash === then.passwordHash) return;
  const { passwords } = c.var.context.accounts;
  if (!(await passwords.verify(now.user.username, given, now.passwordHash))) {
    throw new Refusal('unauthenticated', 'The username or the password is wrong.');
  }
}

/**
 * Rehashes the password if its hash was made with other `ARGON2_*` parameters than the current
 * ones.
 */
async function rehash(c: Context<OpenEnv>, { user, passwordHash }: Credentials, password: string): Promise<void> {
  const { accounts, db } = c.var.context;
  if (passwordHash === null || !accounts.passwords.isOutdated(passwordHash)) return;
  await replacePasswordHash(db, user.id, passwordHash, await accounts.passwords.hash(password));
}

type Given = z.infer<typeof schema>;
