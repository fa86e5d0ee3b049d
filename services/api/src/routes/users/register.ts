import { z } from '@hono/zod-openapi';
import { openSession } from '../../accounts/open-session.ts';
import { hashPassword } from '../../accounts/password.ts';
import { setRefreshCookie } from '../../accounts/session-answer.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { deviceField, nameField, passwordField, usernameField } from '../../http/fields.ts';
import { addressOf, limitRate } from '../../http/limit-rate.ts';
import { jsonBody, jsonResponse, operation } from '../../http/operation.ts';
import { fieldRefusal } from '../../http/refusal.ts';
import { locationHeader } from '../../http/response-headers.ts';
import { sessionSchema } from '../../http/schemas.ts';
import { insertUser } from '../../queries/users.ts';

const schema = z.strictObject({
  username: usernameField,
  password: passwordField,
  name: nameField.optional().openapi({ description: 'The username when absent' }),
  device: deviceField.optional().openapi({ description: 'What this device is called in the list of sessions' }),
});

/** Makes an account and signs it in. */
export const register = operation(
  {
    method: 'post',
    operationId: 'register',
    path: '/v1/users',
    tags: ['Accounts'],
    summary: 'Register',
    request: { body: jsonBody(schema) },
    responses: { 201: { ...jsonResponse(sessionSchema, 'The user and a session'), headers: locationHeader } },
    refuses: ['conflict', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { config } = context;
    const { username, password, name = username, device } = c.req.valid('json');
    await limitRate(context, 'register', addressOf(c), config.perMinute.registrations);
    const passwordHash = await hashPassword(password, config.argon2);
    const session = await commitAndNotify(context, async (tx, notify) => {
      const user = await insertUser(tx, { username, name, passwordHash });
      if (user === undefined) throw fieldRefusal('conflict', 'username', 'Taken by someone else');
      notify({ copies: [user.id], forget: [user.id] });
      return await openSession(tx, notify, config, user, device);
    });
    setRefreshCookie(c, session.refreshToken);
    return c.json(session, 201, { location: `/v1/users/${session.user.id}` });
  },
);
