import { z } from '@hono/zod-openapi';
import { deleteAccountTokens, lockCredentials, setRecoveryCodes, setTotp } from '../../accounts/account-queries.ts';
import { audit } from '../../accounts/audit.ts';
import { endSessions } from '../../accounts/end-sessions.ts';
import { requirePassword } from '../../accounts/require-password.ts';
import { checkSecondFactor } from '../../accounts/second-factor.ts';
import {
  createRecoveryCodes,
  createTotp,
  decryptTotpSecret,
  encryptTotpSecret,
  verifyTotp,
} from '../../accounts/totp.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonBody, jsonResponse, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';

const password = z.string().min(1).max(512).openapi({ format: 'password' });
const code = z.string().trim().min(1).max(32);

/**
 * Creates the secret of a second factor. It takes effect once the user has confirmed it with a
 * code.
 */
export const createSecret = callerOperation(
  {
    method: 'post',
    operationId: 'createTotpSecret',
    path: '/v1/me/totp',
    tags: ['Accounts'],
    summary: 'Begin to set up a second factor (TOTP)',
    description: 'Show `uri` as a QR code to an authenticator app, then confirm a code of it with PUT.',
    request: { body: jsonBody(z.strictObject({ password })) },
    responses: {
      201: jsonResponse(z.object({ secret: z.string(), uri: z.string() }), 'The secret, which is shown only once'),
    },
    refuses: ['forbidden', 'conflict', 'too-many'],
  },
  async (c) => {
    const { config, db } = c.var.context;
    const { user, totpSecret } = await requirePassword(c, c.req.valid('json').password);
    if (totpSecret !== null)
      throw new Refusal('conflict', 'You have a second factor. Turn it off before you set up another.');
    const { secret, uri } = createTotp('Parley', user.username);
    await setTotp(db, user.id, { totp_pending: encryptTotpSecret(config.tokens.secret, user.id, secret) });
    return c.json({ secret, uri }, 201);
  },
);

/**
 * Turns the second factor on after checking a code of the new secret. Ends the user's other
 * sessions.
 */
export const confirmSecret = callerOperation(
  {
    method: 'put',
    operationId: 'enableTotp',
    path: '/v1/me/totp',
    tags: ['Accounts'],
    summary: 'Enable your second factor with one of its codes',
    description: 'Each recovery code replaces one code. They are shown this once. Your other devices are signed out.',
    request: { body: jsonBody(z.strictObject({ code })) },
    responses: {
      200: jsonResponse(z.object({ recoveryCodes: z.array(z.string()) }), 'Codes for when the app is lost'),
    },
    refuses: ['forbidden', 'conflict', 'too-many'],
  },
  async (c) => {
    const { context, caller } = c.var;
    const { config } = context;
    await limitRate(context, 'totp-setup', caller.user, config.accounts.signInsPerMinute);
    const { codes, hashes } = createRecoveryCodes();
    await commitAndNotify(context, async (tx, notify) => {
      const account = await lockCredentials(tx, caller.user);
      if (!account?.totpPending) throw new Refusal('conflict', 'Start the setup of the second factor first.');
      const secret = decryptTotpSecret(config.tokens.secrets, caller.user, account.totpPending);
      const step = verifyTotp(secret, c.req.valid('json').code, 0);
      if (step === undefined) throw new Refusal('forbidden', 'The code is wrong.');
      await setTotp(tx, caller.user, { totp_secret: account.totpPending, totp_pending: null, totp_step: step });
      await setRecoveryCodes(tx, caller.user, hashes);
      await deleteAccountTokens(tx, caller.user);
      await endSessions(tx, notify, config, caller.user, caller.session);
    });
    audit(c, 'totp.enabled', { user: caller.user });
    return c.json({ recoveryCodes: codes }, 200);
  },
);

/** Turns the second factor of the caller off. */
export const removeSecret = callerOperation(
  {
    method: 'delete',
    operationId: 'disableTotp',
    path: '/v1/me/totp',
    tags: ['Accounts'],
    summary: 'Disable your second factor',
    request: { body: jsonBody(z.strictObject({ password, code })) },
    responses: { 204: noContent },
    refuses: ['forbidden', 'conflict', 'code-required', 'too-many'],
  },
  async (c) => {
    const { db } = c.var.context;
    const given = c.req.valid('json');
    const { user } = await requirePassword(c, given.password);
    await db.transaction().execute(async (tx) => {
      const account = await lockCredentials(tx, user.id);
      if (!account?.totpSecret) throw new Refusal('conflict', 'You have no second factor.');
      await checkSecondFactor(c, tx, account, given.code);
      await setTotp(tx, user.id, { totp_secret: null, totp_pending: null });
      await setRecoveryCodes(tx, user.id, []);
    });
    audit(c, 'totp.disabled', { user: user.id });
    return c.body(null, 204);
  },
);
