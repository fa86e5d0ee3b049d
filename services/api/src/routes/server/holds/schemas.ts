import { z } from '@hono/zod-openapi';
import { customSchema, id, receivedBodySchema } from '@parley/protocol';

/** A legal hold. */
export const holdSchema = z
  .object({
    id: id.describe('Id of the user or group on hold'),
    kind: z.enum(['user', 'group']),
    externalId: z.string().nullable(),
    reason: z.string(),
    by: z.string().openapi({ description: 'Name of the API key that created the hold' }),
    created: z.int().nonnegative(),
  })
  .openapi('LegalHold');

/** A version of a message that was deleted or changed during a legal hold. */
export const preservedMessageSchema = z
  .object({
    id,
    owner: id.describe('Whose copy it was: a user, or the group'),
    peer: id.describe('The other user, or the group'),
    message: id,
    from: z.int().nonnegative(),
    date: z.int().openapi({ description: 'When the message was sent' }),
    replyTo: id.nullable(),
    edited: z.int().nonnegative().nullable(),
    body: receivedBodySchema,
    custom: customSchema.optional(),
    cause: z.enum(['deleted', 'changed']).openapi({ description: '`changed`: by an edit or a recall' }),
    preserved: z.int().nonnegative().openapi({ description: 'When it was deleted or changed' }),
    storageKey: z.string().nullable().openapi({ description: 'Where the media store has the file of the message' }),
  })
  .openapi('PreservedMessage');
