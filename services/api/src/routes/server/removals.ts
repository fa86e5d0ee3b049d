import { z } from '@hono/zod-openapi';
import { jsonResponse, serverOperation } from '../../http/operation.ts';
import { readRemovals } from '../../retention/retention-queries.ts';

const time = z.int().nonnegative().nullable();

const schema = z
  .object({
    retention: z.object({
      started: time.openapi({ description: 'When the present run began. Null: none is in progress' }),
      removed: z.int().nonnegative().openapi({ description: 'Messages that the present or last run has removed' }),
      finished: time.openapi({ description: 'When the last complete run ended. Null: none has' }),
      next: time.openapi({ description: 'When the next run begins. Null: one is in progress' }),
    }),
    erasures: z.object({
      waiting: z.int().nonnegative().openapi({ description: 'Deleted accounts whose data are not all deleted yet' }),
      oldest: time.openapi({ description: 'When the oldest of these accounts was deleted' }),
    }),
    preservedMessages: z
      .int()
      .nonnegative()
      .openapi({ description: 'Messages that legal holds have preserved, estimated' }),
  })
  .openapi('Removals');

/** Returns the progress of the retention and of the deletion of accounts. */
export const getRemovals = serverOperation(
  {
    method: 'get',
    operationId: 'getServerRemovals',
    path: '/v1/server/removals',
    tags: ['Server'],
    summary: 'The progress of the retention and of deleted accounts',
    responses: { 200: jsonResponse(schema, 'The progress') },
  },
  async (c) => c.json(await readRemovals(c.var.context.db), 200),
);
