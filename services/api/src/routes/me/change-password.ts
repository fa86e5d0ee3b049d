import { z } from '@hono/zod-openapi';
import { deleteAccountTokens, lockCredentials, setPasswordHash } from '../../accounts/account-queries.ts';
import { audit } from '../../accounts/audit.ts';
import { endSessions } from '../../accounts/end-sessions.ts';
import { mailTexts } from '../../accounts/mail-texts.ts';
import { requirePassword } from '../../accounts/require-password.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { passwordField } from '../../http/fields.ts';
import { callerOperation, jsonBody, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';

const schema = z.strictObject({
  current: z.string().min(1).max(512).openapi({ format: 'password' }),
  password: passwordField,
});

/** Changes the caller's password. Ends all other sessions and invalidates password reset links. */
export const changePassword = callerOperation(
  {
    method: 'put',
    operationId: 'changePassword',
    path: '/v1/me/password',
    tags: ['Accounts'],
    summary: 'Change your password',
    description: 'All your other devices are signed out.',
    request: { body: jsonBody(schema) },
    responses: { 204: noContent },
    refuses: ['forbidden', 'conflict', 'too-many'],
  },
  async (c) => {
    const { context, caller } = c.var;
    const { accounts, config } = context;
    const { current, password } = c.req.valid('json');
    const { user, passwordHash: before, email } = await requirePassword(c, current);
    await accounts.passwords.requireStrong(`~${user.id}`, password, [user.username, user.name]);
    const passwordHash = await accounts.passwords.hash(password);
    await commitAndNotify(context, async (tx, notify) => {
      const now = await lockCredentials(tx, user.id);
      if (now?.passwordHash !== before)
        throw new Refusal('conflict', 'Another request changed your password. Try again.');
      await setPasswordHash(tx, user.id, passwordHash);
      await deleteAccountTokens(tx, user.id);
      await endSessions(tx, notify, config, user.id, caller.session);
    });
    audit(c, 'password.changed', { user: user.id });
    const text = mailTexts(c.req.header('accept-language')).passwordChanged(user.username);
    if (email !== null) accounts.mailer?.send({ to: email, ...text });
    return c.body(null, 204);
  },
);
