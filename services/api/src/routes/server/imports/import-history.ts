import type { HttpBindings } from '@hono/node-server';
import { z } from '@hono/zod-openapi';
import { audit } from '../../../accounts/audit.ts';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { importLineSchema } from '../../../imports/import-line.ts';
import { importSchema } from './schemas.ts';

const query = z.strictObject({
  skip: z
    .string()
    .regex(/^\d{1,12}$/, 'A whole number')
    .transform(Number)
    .optional()
    .openapi({
      type: 'integer',
      minimum: 0,
      maximum: 999_999_999_999,
      description: 'Lines at the beginning that are done and not read again. Default: 0',
    }),
});

/**
 * Imports history. Each line is a message with its original date and sender, a read position, or
 * the date on which a user joined a group.
 */
export const importHistory = serverOperation(
  {
    method: 'post',
    operationId: 'importHistory',
    path: '/v1/server/imports',
    scope: 'admin',
    streams: true,
    tags: ['Server'],
    summary: 'Import history from another system',
    description:
      'The body has one JSON object per line (NDJSON): an `ImportLine`. Lines that are refused do not keep others ' +
      'from being imported. A line that is imported already changes nothing, so that the same body can be sent again. ' +
      'Nobody gets events, notifications or webhooks.',
    request: {
      query,
      body: { content: { 'application/x-ndjson': { schema: importLineSchema } } },
    },
    responses: { 200: jsonResponse(importSchema, 'The import, which is done') },
    refuses: ['history-disabled'],
  },
  async (c) => {
    const { context } = c.var;
    if (context.config.history === 'relay') throw new Refusal('history-disabled');
    const { body } = context.config.imports;
    if (Number(c.req.header('content-length') ?? 0) > body)
      throw new Refusal('too-large', `An import may have at most ${body} bytes.`);
    const { incoming } = c.env as HttpBindings;
    const done = await context.importer.run(incoming, c.var.key, c.req.valid('query').skip ?? 0);
    const { id, lines, imported, failed } = done;
    audit(c, 'history.imported', { import: id, lines, imported, failed });
    return c.json(done, 200);
  },
);
