import { z } from '@hono/zod-openapi';
import { privacySchema } from '@parley/protocol';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import { changes } from '../../../http/fields.ts';
import { jsonBody, jsonResponse, serverOperation } from '../../../http/operation.ts';
import { getPrivacy } from '../../../queries/privacy.ts';
import { changePrivacy, privacyChanges, requireNewRecorder } from '../../me/change-privacy.ts';
import { refParam, requireUser } from '../refs.ts';

const path = '/v1/server/users/{user}/privacy';
const params = z.object({ user: refParam });

/** Returns the privacy settings of a user. */
export const getUserPrivacy = serverOperation(
  {
    method: 'get',
    operationId: 'getServerPrivacy',
    path,
    tags: ['Server'],
    summary: 'The privacy settings of a user',
    request: { params },
    responses: { 200: jsonResponse(privacySchema, 'The settings') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db } = c.var.context;
    return c.json(await getPrivacy(db, await requireUser(db, c.req.valid('param').user)), 200);
  },
);

/** Changes the given privacy settings of a user. */
export const updateUserPrivacy = serverOperation(
  {
    method: 'patch',
    operationId: 'updateServerPrivacy',
    path,
    tags: ['Server'],
    summary: 'Change privacy settings of a user',
    request: { params, body: jsonBody(changes(privacyChanges.shape)) },
    responses: { 200: jsonResponse(privacySchema, 'All settings') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const given = c.req.valid('json');
    await requireNewRecorder(context.redis, given);
    const privacy = await commitAndNotify(context, async (tx, notify) => {
      const user = await requireUser(tx, c.req.valid('param').user);
      await changePrivacy(tx, notify, user, given);
      return await getPrivacy(tx, user);
    });
    return c.json(privacy, 200);
  },
);
