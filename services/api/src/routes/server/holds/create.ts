import { z } from '@hono/zod-openapi';
import { audit } from '../../../accounts/audit.ts';
import { line } from '../../../http/fields.ts';
import { jsonBody, jsonResponse, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { findGroupToHold, findUserToHold, putHold } from '../../../queries/holds.ts';
import { show, userRef } from '../refs.ts';
import { holdSchema } from './schemas.ts';

const reason = line(500).openapi({ description: 'Such as the file number of a court case' });
const groupRef = userRef.openapi({ description: 'The external id, or the Parley id as a number' });
const schema = z.union([z.strictObject({ user: userRef, reason }), z.strictObject({ group: groupRef, reason })]);

/** Puts a user or group on legal hold. */
export const createHold = serverOperation(
  {
    method: 'post',
    operationId: 'createServerHold',
    path: '/v1/server/holds',
    scope: 'admin',
    tags: ['Server'],
    summary: 'Put a user or group on legal hold',
    description:
      'From then on, each message of the user or group that is deleted or changed is preserved for operators. If it is on hold already, only the reason changes.',
    request: { body: jsonBody(schema) },
    responses: {
      200: jsonResponse(holdSchema, 'The hold that existed already, with the new reason'),
      201: jsonResponse(holdSchema, 'The new hold'),
    },
    refuses: ['not-found', 'history-disabled'],
  },
  async (c) => {
    const { context, key } = c.var;
    const { db, config } = context;
    if (config.history === 'relay') throw new Refusal('history-disabled');
    const given = c.req.valid('json');
    const kind = 'user' in given ? 'user' : 'group';
    const ref = 'user' in given ? given.user : given.group;
    const id = kind === 'user' ? await findUserToHold(db, ref) : await findGroupToHold(db, ref);
    if (id === undefined) throw new Refusal('not-found', `There is no ${kind} ${show(ref)}.`);
    const { hold, created } = await putHold(db, { id, kind, reason: given.reason, by: key });
    audit(c, 'hold.created', { [kind]: id });
    return c.json(hold, created ? 201 : 200);
  },
);
