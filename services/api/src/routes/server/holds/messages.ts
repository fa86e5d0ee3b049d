import { z } from '@hono/zod-openapi';
import { audit } from '../../../accounts/audit.ts';
import { idParams } from '../../../http/fields.ts';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../../http/page.ts';
import { pageOf } from '../../../http/schemas.ts';
import { listPreserved } from '../../../queries/holds.ts';
import { preservedMessageSchema } from './schemas.ts';

/** Lists the messages that a legal hold has preserved, in the order in which that happened. */
export const listPreservedMessages = serverOperation(
  {
    method: 'get',
    operationId: 'listServerHoldMessages',
    path: '/v1/server/holds/{id}/messages',
    scope: 'admin',
    tags: ['Server'],
    summary: 'The messages that a legal hold has preserved',
    description:
      'Each version of a message of the user or group that was deleted or changed. A message between two users appears once for each copy that was. Messages that still exist are in the history of the chats.',
    request: { params: idParams, query: z.strictObject(pageFields(idCursor)) },
    responses: { 200: jsonResponse(pageOf(preservedMessageSchema), 'A page of versions, the first preserved first') },
  },
  async (c) => {
    const { id } = c.req.valid('param');
    const { limit, after } = c.req.valid('query');
    const rows = await listPreserved(c.var.context.db, id, after?.[0] ?? 0, limit + 1);
    audit(c, 'hold.read', { hold: id });
    const page = toPage(
      rows,
      limit,
      (row) => row,
      idCursor,
      (row) => [row.id],
    );
    return c.json(page, 200);
  },
);
