import { z } from '@hono/zod-openapi';
import { id, messageSchema } from '@parley/protocol';
import { reportSchema } from '../../../http/schemas.ts';

/** A report in the form that moderators receive. */
export const serverReportSchema = reportSchema
  .extend({
    reporter: id,
    message: messageSchema.nullable().openapi({ description: 'The message at the time of the report' }),
    note: z.string().openapi({ description: 'What moderators wrote about it' }),
    updated: z.int().nonnegative(),
  })
  .openapi('ServerReport');
