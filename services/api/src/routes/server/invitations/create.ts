import { randomBytes } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { audit } from '../../../accounts/audit.ts';
import { insertInvitation } from '../../../accounts/invitation-queries.ts';
import { line } from '../../../http/fields.ts';
import { jsonResponse, optionalJsonBody, serverOperation } from '../../../http/operation.ts';
import { invitationSchema } from './schemas.ts';

const schema = z.strictObject({
  uses: z.int().min(1).max(1_000_000).optional().openapi({ description: 'Default: 1' }),
  expires: z.int().positive().optional().openapi({ description: 'In Unix ms. Default: never' }),
  note: line(200, 0).optional().openapi({ description: 'For yourself: what it is for' }),
});

/** Creates an invitation to register. */
export const create = serverOperation(
  {
    method: 'post',
    operationId: 'createInvitation',
    path: '/v1/server/invitations',
    scope: 'admin',
    tags: ['Server'],
    summary: 'Make an invitation to register',
    description: 'For servers with `REGISTRATION=invite`.',
    request: { body: optionalJsonBody(schema) },
    responses: { 201: jsonResponse(invitationSchema, 'The invitation') },
  },
  async (c) => {
    const { uses = 1, expires = null, note = '' } = c.req.valid('json');
    // The code has 96 random bits.
    const code = randomBytes(12).toString('hex');
    const invitation = await insertInvitation(c.var.context.db, { code, uses, expires, note });
    audit(c, 'invitation.created', { uses, expires });
    return c.json(invitation, 201);
  },
);
