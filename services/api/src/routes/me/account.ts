import { z } from '@hono/zod-openapi';
import { privacySchema, quietHoursSchema } from '@parley/protocol';
import { countRecoveryCodes, getCredentials, getPendingEmail } from '../../accounts/account-queries.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { getPrivacy } from '../../queries/privacy.ts';
import { getQuietHours } from '../../queries/quiet-hours.ts';

const schema = z
  .object({
    email: z.string().nullable(),
    pendingEmail: z.string().nullable().openapi({ description: 'An address that waits to be confirmed' }),
    hasPassword: z.boolean().openapi({ description: 'False for users who sign in elsewhere' }),
    totp: z.boolean().openapi({ description: 'Whether signing in needs a second factor' }),
    recoveryCodes: z.int().nonnegative().openapi({ description: 'How many are left' }),
    privacy: privacySchema,
    quietHours: quietHoursSchema.nullable().openapi({ description: 'Daily time without push notifications' }),
  })
  .openapi('Account');

/** Returns the caller's sign-in settings, which only the caller can see. */
export const account = callerOperation(
  {
    method: 'get',
    operationId: 'getAccount',
    path: '/v1/me/account',
    tags: ['Accounts'],
    summary: 'How you sign in',
    responses: { 200: jsonResponse(schema, 'The account') },
  },
  async (c) => {
    const { db } = c.var.context;
    const { user } = c.var.caller;
    const credentials = await getCredentials(db, { user });
    if (credentials === undefined) throw new Refusal('unauthenticated');
    const [pendingEmail, recoveryCodes, privacy, quietHours] = await Promise.all([
      getPendingEmail(db, user),
      countRecoveryCodes(db, user),
      getPrivacy(db, user),
      getQuietHours(db, user),
    ]);
    const { email, passwordHash, totpSecret } = credentials;
    const totp = totpSecret !== null;
    const hasPassword = passwordHash !== null;
    return c.json({ email, pendingEmail, hasPassword, totp, recoveryCodes, privacy, quietHours }, 200);
  },
);
