import { idParams } from '../../../http/fields.ts';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { getImport } from '../../../queries/imports.ts';
import { importSchema } from './schemas.ts';

/** Returns an import with its progress. */
export const getServerImport = serverOperation(
  {
    method: 'get',
    operationId: 'getServerImport',
    path: '/v1/server/imports/{id}',
    scope: 'admin',
    tags: ['Server'],
    summary: 'An import of this API key',
    request: { params: idParams },
    responses: { 200: jsonResponse(importSchema, 'The import') },
    refuses: ['not-found'],
  },
  async (c) => {
    const found = await getImport(c.var.context.db, c.var.key, c.req.valid('param').id);
    if (found === undefined) throw new Refusal('not-found', 'This API key has no import with this id.');
    return c.json(found, 200);
  },
);
