import { z } from '@hono/zod-openapi';
import { audit } from '../../../accounts/audit.ts';
import { endOfTokens } from '../../../accounts/end-sessions.ts';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import { sessionIdField } from '../../../http/fields.ts';
import { jsonResponse, noContent, serverOperation } from '../../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../../http/page.ts';
import { Refusal } from '../../../http/refusal.ts';
import { pageOf } from '../../../http/schemas.ts';
import { endSession, listSessions } from '../../../queries/sessions.ts';
import { refParam, requireUser } from '../refs.ts';
import { serverSessionSchema } from '../schemas.ts';

const params = z.object({ user: refParam });

const cursor = pageCursor('number', /[A-Za-z0-9_-]{1,64}/);

/** Lists the active sessions of a user. */
export const listUserSessions = serverOperation(
  {
    method: 'get',
    operationId: 'listServerUserSessions',
    path: '/v1/server/users/{user}/sessions',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Where a user is signed in',
    description: 'Sessions that Parley opened. It does not know those of other issuers’ tokens.',
    request: { params, query: z.strictObject(pageFields(cursor)) },
    responses: { 200: jsonResponse(pageOf(serverSessionSchema), 'A page of sessions, the newest first') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db } = c.var.context;
    const { limit, after } = c.req.valid('query');
    const user = await requireUser(db, c.req.valid('param').user);
    const rows = await listSessions(db, user, Date.now(), after, limit + 1);
    audit(c, 'sessions.read', { user });
    const page = toPage(
      rows,
      limit,
      (row) => row,
      cursor,
      (row) => [row.created, row.id],
    );
    return c.json(page, 200);
  },
);

/**
 * Ends one session of a user: the session's tokens become invalid and the connections are closed.
 */
export const endUserSession = serverOperation(
  {
    method: 'delete',
    operationId: 'endServerUserSession',
    path: '/v1/server/users/{user}/sessions/{session}',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Sign a user out on one device',
    request: { params: params.extend({ session: sessionIdField }) },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: ref, session } = c.req.valid('param');
    const user = await commitAndNotify(context, async (tx, notify) => {
      const id = await requireUser(tx, ref);
      if (!(await endSession(tx, id, session, Date.now())))
        throw new Refusal('not-found', 'The user has no active session with this id.');
      notify({ revoked: [{ user: id, session, until: endOfTokens(context.config) }] });
      return id;
    });
    audit(c, 'session.ended', { user, session });
    return c.body(null, 204);
  },
);
