import { z } from '@hono/zod-openapi';
import { takeTokens } from '@parley/redis';
import type { Context } from 'hono';
import { getCredentials, putAccountToken } from '../../accounts/account-queries.ts';
import { audit } from '../../accounts/audit.ts';
import { mailTexts } from '../../accounts/mail-texts.ts';
import { pageLink } from '../../accounts/page-link.ts';
import { createSecretToken } from '../../accounts/secret-token.ts';
import type { OpenEnv } from '../../app-context.ts';
import { line } from '../../http/fields.ts';
import { addressOf, limitRate } from '../../http/limit-rate.ts';
import { jsonBody, operation } from '../../http/operation.ts';

const schema = z.strictObject({ username: line(32).toLowerCase() });

/** Sends a password reset link to the confirmed e-mail address of an account. */
export const create = operation(
  {
    method: 'post',
    operationId: 'requestPasswordReset',
    path: '/v1/password-resets',
    tags: ['Accounts'],
    summary: 'Ask for a link to reset your password',
    description:
      'The response is the same, and comes at the same time, whether the account exists, has an e-mail address, or neither. ' +
      'Where the server sends no e-mail (`GET /v1/info`), the operator resets passwords.',
    request: { body: jsonBody(schema) },
    responses: { 202: { description: 'If the account has a confirmed e-mail address, a link is on its way' } },
    refuses: ['too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { username } = c.req.valid('json');
    await limitRate(context, 'password-reset-address', addressOf(c), context.config.accounts.signInsPerMinute);
    audit(c, 'password.reset-requested');
    context.accounts.inBackground(() => sendLink(c, username));
    return c.body(null, 202);
  },
);

async function sendLink(c: Context<OpenEnv>, username: string): Promise<void> {
  const { accounts, config, db, redis } = c.var.context;
  const account = await getCredentials(db, { username });
  if (!accounts.mailer || !account?.email || account.passwordHash === null) return;
  const { user, email } = account;
  const { resetsPerHour, resetTtl } = config.accounts;
  const rate = { perSecond: resetsPerHour / 3600, burst: resetsPerHour };
  if ((await takeTokens(redis, 'password-reset', user.id, rate)).granted === 0) return;
  const { token, hash } = createSecretToken();
  await putAccountToken(db, { user: user.id, purpose: 'password', hash, expires: Date.now() + resetTtl });
  const link = pageLink(config, 'reset-password', token);
  const texts = mailTexts(c.req.header('accept-language'));
  accounts.mailer.send({ to: email, ...texts.resetPassword(user.username, link, Math.floor(resetTtl / 60_000)) });
}
