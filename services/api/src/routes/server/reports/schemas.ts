import { z } from '@hono/zod-openapi';
import { id, messageSchema } from '@parley/protocol';
import { reportSchema } from '../../../http/schemas.ts';

/** A report as moderators see it. */
export const serverReportSchema = reportSchema
  .extend({
    reporter: id,
    message: messageSchema.nullable().openapi({ description: 'The message at the time of the report' }),
    note: z.string().openapi({ description: 'What moderators wrote about it' }),
    updated: z.int().nonnegative(),
  })
  .openapi('ServerReport');
