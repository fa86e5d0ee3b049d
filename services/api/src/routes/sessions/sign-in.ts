import { z } from '@hono/zod-openapi';
import { openSession } from '../../accounts/open-session.ts';
import { verifyPassword } from '../../accounts/password.ts';
import { setRefreshCookie } from '../../accounts/session-answer.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { ensureCopy } from '../../events/ensure-copy.ts';
import { deviceField, line } from '../../http/fields.ts';
import { addressOf, limitRate } from '../../http/limit-rate.ts';
import { jsonBody, jsonResponse, operation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { sessionSchema } from '../../http/schemas.ts';
import { getAccount } from '../../queries/users.ts';

const schema = z.strictObject({
  username: line(32).toLowerCase(),
  password: z.string().min(1).max(512).openapi({ format: 'password' }),
  device: deviceField.optional().openapi({ description: 'What this device is called in the list of sessions' }),
});

/** Begins a session. */
export const signIn = operation(
  {
    method: 'post',
    operationId: 'signIn',
    path: '/v1/sessions',
    tags: ['Accounts'],
    summary: 'Sign in',
    request: { body: jsonBody(schema) },
    responses: { 201: jsonResponse(sessionSchema, 'A session; its refresh token is set as a cookie as well') },
    refuses: ['unauthenticated', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { config, db } = context;
    const { username, password, device } = c.req.valid('json');
    await limitRate(context, 'sign-in-address', addressOf(c), config.perMinute.signInsPerAddress);
    await limitRate(context, 'sign-in', username, config.perMinute.signIns);
    const account = await getAccount(db, username);
    const known = await verifyPassword(password, account?.passwordHash, config.argon2);
    if (!known || account === undefined) throw new Refusal('unauthenticated', 'The username or the password is wrong.');
    const session = await commitAndNotify(context, (tx, notify) =>
      openSession(tx, notify, config, account.user, device),
    );
    await ensureCopy(context, account.user.id);
    setRefreshCookie(c, session.refreshToken);
    return c.json(session, 201);
  },
);
