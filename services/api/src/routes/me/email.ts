import { z } from '@hono/zod-openapi';
import { putAccountToken, setEmail } from '../../accounts/account-queries.ts';
import { audit } from '../../accounts/audit.ts';
import { mailTexts } from '../../accounts/mail-texts.ts';
import { pageLink } from '../../accounts/page-link.ts';
import { requirePassword } from '../../accounts/require-password.ts';
import { createSecretToken } from '../../accounts/secret-token.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonBody, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';

const password = z.string().min(1).max(512).optional().openapi({
  format: 'password',
  description: 'Needed where the account has one',
});

/**
 * The schema of a single e-mail address. Rejects names, comments and control characters, so that
 * the address cannot become several recipients or a mail header.
 */
const emailField = z
  .email('Not an e-mail address')
  .max(254)
  .transform((value) => value.replace(/@.*$/, (domain) => domain.toLowerCase()))
  .openapi({ type: 'string', format: 'email', maxLength: 254, pattern: z.regexes.email.source });

/**
 * Sends a confirmation link to a new e-mail address. The address becomes the caller's when the link
 * is opened.
 */
export const putEmail = callerOperation(
  {
    method: 'put',
    operationId: 'setEmail',
    path: '/v1/me/email',
    tags: ['Accounts'],
    summary: 'Set your e-mail address for password resets',
    description: 'A link is sent to the address. Until it is opened, the address before stays.',
    request: { body: jsonBody(z.strictObject({ email: emailField, password })) },
    responses: { 202: { description: 'A confirmation link is sent to the address' } },
    refuses: ['forbidden', 'conflict', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { accounts, config, db } = context;
    const { email, password } = c.req.valid('json');
    if (!accounts.mailer) throw new Refusal('conflict', 'This server sends no e-mail.');
    const { user } = await requirePassword(c, password, { optional: true });
    const perMinute = config.accounts.resetsPerHour / 60;
    await limitRate(context, 'email-confirmation', user.id, perMinute, config.accounts.resetsPerHour);
    await limitRate(context, 'email-address', email.toLowerCase(), perMinute, config.accounts.resetsPerHour);
    const { token, hash } = createSecretToken();
    const { confirmationTtl: ttl } = config.accounts;
    await putAccountToken(db, { user: user.id, purpose: 'email', hash, email, expires: Date.now() + ttl });
    const link = pageLink(config, 'confirm-email', token);
    const texts = mailTexts(c.req.header('accept-language'));
    accounts.mailer.send({ to: email, ...texts.confirmEmail(user.username, link, Math.floor(ttl / 60_000)) });
    return c.body(null, 202);
  },
);

/** Removes the caller's e-mail address. */
export const removeEmail = callerOperation(
  {
    method: 'delete',
    operationId: 'removeEmail',
    path: '/v1/me/email',
    tags: ['Accounts'],
    summary: 'Remove your e-mail address',
    request: { body: jsonBody(z.strictObject({ password })) },
    responses: { 204: noContent },
    refuses: ['forbidden', 'too-many'],
  },
  async (c) => {
    const { accounts, db } = c.var.context;
    const { user, email } = await requirePassword(c, c.req.valid('json').password, { optional: true });
    await setEmail(db, user.id, null);
    audit(c, 'email.removed', { user: user.id });
    const text = mailTexts(c.req.header('accept-language')).emailChanged(user.username);
    if (email !== null) accounts.mailer?.send({ to: email, ...text });
    return c.body(null, 204);
  },
);
