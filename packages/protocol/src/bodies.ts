import { z } from 'zod';
import { limits } from './limits.ts';
import { id, text } from './strings.ts';

const media = {
  media: id,
  name: text(limits.mediaName),
  /** Bytes. */
  size: z.int().nonnegative(),
  mime: z
    .string()
    .max(127)
    .regex(/^[\w.+-]+\/[\w.+-]+$/, 'Not a MIME type'),
  /** Pixels. */
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  /** Seconds. */
  duration: z.number().nonnegative().optional(),
};

/**
 * Content of a message. Unknown fields are rejected, so that a misspelt field does not get lost.
 */
export const bodySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: text(limits.text) }),
  z.strictObject({ type: z.literal('image'), ...media }),
  z.strictObject({ type: z.literal('video'), ...media }),
  z.strictObject({ type: z.literal('audio'), ...media }),
  z.strictObject({ type: z.literal('file'), ...media }),
  z.strictObject({ type: z.literal('sticker'), code: text(64) }),
  z.strictObject({ type: z.literal('card'), user: id }),
]);

export type Body = z.infer<typeof bodySchema>;
