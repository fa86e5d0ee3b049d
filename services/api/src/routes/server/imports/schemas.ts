import { z } from '@hono/zod-openapi';
import { errorCodes, id } from '@parley/protocol';

const codes = Object.keys(errorCodes) as [keyof typeof errorCodes];
const count = z.int().nonnegative();

/** The state of an import of history. */
export const importSchema = z
  .object({
    id,
    state: z.enum(['running', 'done', 'interrupted']),
    lines: count.openapi({ description: 'Lines that were handled, including skipped ones' }),
    imported: count.openapi({ description: 'Messages that were written' }),
    duplicates: count.openapi({ description: 'Messages that had been imported before' }),
    failed: count.openapi({ description: 'Lines that were refused' }),
    errors: z
      .array(z.object({ line: z.int().positive(), code: z.enum(codes), message: z.string() }))
      .openapi({ description: 'Why lines were refused, of the first `IMPORT_ERRORS`' }),
    created: count,
    updated: count,
  })
  .openapi('ServerImport');
