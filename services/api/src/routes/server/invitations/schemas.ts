import { z } from '@hono/zod-openapi';

export const invitationSchema = z
  .object({
    code: z.string(),
    note: z.string(),
    uses: z.int().positive().openapi({ description: 'How many accounts may be registered with it' }),
    used: z.int().nonnegative(),
    created: z.int().nonnegative(),
    expires: z.int().nonnegative().nullable().openapi({ description: 'In Unix ms; null: never' }),
  })
  .openapi('Invitation');

export const codeField = z.string().regex(/^[\w-]{1,64}$/, 'Not an invitation');
