import { z } from '@hono/zod-openapi';
import { getCredentials, setEmail, spendAccountToken } from '../../accounts/account-queries.ts';
import { audit } from '../../accounts/audit.ts';
import { mailTexts } from '../../accounts/mail-texts.ts';
import { hashToken } from '../../accounts/secret-token.ts';
import { noContent, operation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';

const params = z.object({ token: z.string().regex(/^[\w-]{43}$/, 'Not a token') });

/**
 * Confirms an e-mail address with the token that was sent to it. Sends a notice to the previous
 * address.
 */
export const use = operation(
  {
    method: 'put',
    operationId: 'confirmEmail',
    path: '/v1/email-confirmations/{token}',
    tags: ['Accounts'],
    summary: 'Confirm an e-mail address with the token that was sent to it',
    request: { params },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { accounts, db } = c.var.context;
    const hash = hashToken(c.req.valid('param').token);
    const { username, before, user } = await db.transaction().execute(async (tx) => {
      const spent = await spendAccountToken(tx, 'email', hash);
      const account = spent && (await getCredentials(tx, { user: spent.user }));
      if (!account) throw new Refusal('not-found', 'This link has expired or was used. Set your address again.');
      await setEmail(tx, account.user.id, spent.email);
      return { username: account.user.username, before: account.email, user: account.user.id };
    });
    audit(c, 'email.changed', { user });
    const text = mailTexts(c.req.header('accept-language')).emailChanged(username);
    if (before !== null) accounts.mailer?.send({ to: before, ...text });
    return c.body(null, 204);
  },
);
