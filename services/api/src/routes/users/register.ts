import { z } from '@hono/zod-openapi';
import type { Database } from '@parley/database';
import { audit } from '../../accounts/audit.ts';
import { spendInvitation } from '../../accounts/invitation-queries.ts';
import { openSession } from '../../accounts/open-session.ts';
import { setSessionCookies } from '../../accounts/session-answer.ts';
import type { AppContext } from '../../app-context.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { askHooks } from '../../http/ask-hooks.ts';
import { deviceField, nameField, passwordField, usernameField } from '../../http/fields.ts';
import { addressOf, limitRate } from '../../http/limit-rate.ts';
import { jsonBody, jsonResponse, operation } from '../../http/operation.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import { locationHeader } from '../../http/response-headers.ts';
import { sessionSchema } from '../../http/schemas.ts';
import { requireFreeName } from '../../names/reserved-names.ts';
import { insertUser } from '../../queries/users.ts';

const schema = z.strictObject({
  username: usernameField,
  password: passwordField,
  name: nameField.optional().openapi({ description: 'Default: the username' }),
  invitation: z.string().trim().min(1).max(64).optional().openapi({
    description: 'Needed where `GET /v1/info` says `registration: "invite"`',
  }),
  device: deviceField.optional().openapi({ description: 'What this device is called in the list of sessions' }),
});

/** Creates an account and signs it in. */
export const register = operation(
  {
    method: 'post',
    operationId: 'register',
    path: '/v1/users',
    tags: ['Accounts'],
    summary: 'Register',
    request: { body: jsonBody(schema) },
    responses: { 201: { ...jsonResponse(sessionSchema, 'The user and a session'), headers: locationHeader } },
    refuses: ['conflict', 'forbidden', 'refused', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { config } = context;
    const { accounts } = config;
    const { username, password, name = username, invitation, device } = c.req.valid('json');
    if (accounts.registration === 'closed') throw new Refusal('forbidden', 'Registration is closed on this server.');
    const address = addressOf(c);
    await limitRate(context, 'register', address, accounts.registrationsPerMinute);
    requireFreeName(accounts.reservedNames, 'username', username);
    requireFreeName(accounts.reservedNames, 'name', name);
    if (accounts.registration === 'invite' && invitation === undefined) throw noInvitation();
    await context.accounts.passwords.requireStrong(address, password, [username, name]);
    await askHooks(context, 'user.register', 0, { username, name, address });
    const passwordHash = await context.accounts.passwords.hash(password);
    const session = await commitAndNotify(context, async (tx, notify) => {
      await useInvitation(tx, context, invitation);
      const user = await insertUser(tx, { username, name, passwordHash });
      if (user === undefined) throw fieldRefusal('conflict', 'username', 'Taken by someone else');
      notify({ copies: [user.id], forget: [user.id] });
      return await openSession(tx, notify, config, user, device);
    });
    audit(c, 'account.registered', { user: session.user.id });
    setSessionCookies(c, session);
    return c.json(session, 201, { location: `/v1/users/${session.user.id}` });
  },
);

async function useInvitation(tx: Database, { config }: AppContext, code: string | undefined): Promise<void> {
  if (config.accounts.registration !== 'invite') return;
  if (code === undefined || !(await spendInvitation(tx, code))) throw noInvitation();
}

function noInvitation(): Refusal {
  return new Refusal(
    'forbidden',
    'You need an invitation to register, and this one does not exist, has expired or is used up.',
  );
}
