import { z } from '@hono/zod-openapi';
import {
  deleteAccountTokens,
  findAccountToken,
  getCredentials,
  lockCredentials,
  setPasswordHash,
  spendAccountToken,
} from '../../accounts/account-queries.ts';
import { audit } from '../../accounts/audit.ts';
import { endSessions } from '../../accounts/end-sessions.ts';
import { mailTexts } from '../../accounts/mail-texts.ts';
import { hashToken } from '../../accounts/secret-token.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { passwordField } from '../../http/fields.ts';
import { addressOf } from '../../http/limit-rate.ts';
import { jsonBody, noContent, operation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';

const params = z.object({ token: z.string().regex(/^[\w-]{43}$/, 'Not a token') });

/**
 * Sets a new password with a password reset token. Ends all sessions. A second factor stays
 * enabled.
 */
export const use = operation(
  {
    method: 'put',
    operationId: 'resetPassword',
    path: '/v1/password-resets/{token}',
    tags: ['Accounts'],
    summary: 'Set a new password with a token',
    request: { params, body: jsonBody(z.strictObject({ password: passwordField })) },
    responses: { 204: noContent },
    refuses: ['not-found', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { accounts, config, db } = context;
    const hash = hashToken(c.req.valid('param').token);
    const { password } = c.req.valid('json');
    const owner = await findAccountToken(db, 'password', hash);
    const account = owner === undefined ? undefined : await getCredentials(db, { user: owner });
    if (account === undefined) throw expired();
    const { user, email } = account;
    await accounts.passwords.requireStrong(addressOf(c), password, [user.username, user.name]);
    const passwordHash = await accounts.passwords.hash(password);
    await commitAndNotify(context, async (tx, notify) => {
      if ((await lockCredentials(tx, user.id)) === undefined) throw expired();
      // Deletes the token. Fails if another request has used the token in the meantime.
      if ((await spendAccountToken(tx, 'password', hash)) === undefined) throw expired();
      await deleteAccountTokens(tx, user.id);
      await setPasswordHash(tx, user.id, passwordHash);
      await endSessions(tx, notify, config, user.id);
    });
    audit(c, 'password.reset', { user: user.id });
    const text = mailTexts(c.req.header('accept-language')).passwordChanged(user.username);
    if (email !== null) accounts.mailer?.send({ to: email, ...text });
    return c.body(null, 204);
  },
);

function expired(): Refusal {
  return new Refusal('not-found', 'This link has expired or was used. Ask for a new one.');
}
