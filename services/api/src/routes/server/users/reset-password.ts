import { z } from '@hono/zod-openapi';
import {
  getCredentials,
  lockCredentials,
  putAccountToken,
  setRecoveryCodes,
  setTotp,
} from '../../../accounts/account-queries.ts';
import { audit } from '../../../accounts/audit.ts';
import { pageLink } from '../../../accounts/page-link.ts';
import { createSecretToken } from '../../../accounts/secret-token.ts';
import { jsonResponse, noContent, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { refParam, requireUser } from '../refs.ts';

const params = z.object({ user: refParam });

const schema = z.object({
  token: z.string().openapi({ description: 'For `PUT /v1/password-resets/{token}`' }),
  url: z.string().openapi({ description: 'The page of the web client that uses it' }),
  expires: z.int().positive(),
});

/** Creates a password reset link that the operator can pass to a user. */
export const resetPassword = serverOperation(
  {
    method: 'post',
    operationId: 'createPasswordReset',
    path: '/v1/server/users/{user}/password-reset',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Create a password reset link for a user',
    description: 'Hand it to the user in a way that nobody else reads. It works once.',
    request: { params },
    responses: { 201: jsonResponse(schema, 'The link') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { config, db } = c.var.context;
    const user = await requireUser(db, c.req.valid('param').user);
    const account = await getCredentials(db, { user });
    if (account === undefined || account.passwordHash === null) {
      throw new Refusal('conflict', 'This account is deactivated or has no password.');
    }
    const { token, hash } = createSecretToken();
    const expires = Date.now() + config.accounts.resetTtl;
    await putAccountToken(db, { user, purpose: 'password', hash, expires });
    audit(c, 'password.reset-issued', { user });
    return c.json({ token, url: pageLink(config, 'reset-password', token), expires }, 201);
  },
);

/**
 * Turns off the second factor of a user who has lost both the authenticator app and the recovery
 * codes.
 */
export const removeTotp = serverOperation(
  {
    method: 'delete',
    operationId: 'removeUserTotp',
    path: '/v1/server/users/{user}/totp',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Disable the second factor of a user',
    request: { params },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db } = c.var.context;
    const user = await requireUser(db, c.req.valid('param').user);
    await db.transaction().execute(async (tx) => {
      await lockCredentials(tx, user);
      await setTotp(tx, user, { totp_secret: null, totp_pending: null });
      await setRecoveryCodes(tx, user, []);
    });
    audit(c, 'totp.disabled', { user });
    return c.body(null, 204);
  },
);
