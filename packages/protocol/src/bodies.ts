import { z } from 'zod';
import { customSchema } from './custom.ts';
import { limits } from './limits.ts';
import { id, text } from './strings.ts';

const media = {
  media: id.describe('Id of the uploaded media'),
  name: text(limits.mediaName).describe('File name'),
  size: z.int().nonnegative().describe('Bytes'),
  mime: z
    .string()
    .max(127)
    .regex(/^[\w.+-]+\/[\w.+-]+$/, 'Not a MIME type')
    .describe('MIME type'),
  width: z.int().positive().optional().describe('Pixels'),
  height: z.int().positive().optional().describe('Pixels'),
  duration: z.number().nonnegative().optional().describe('Seconds'),
};

const kinds = [
  z.strictObject({ type: z.literal('image'), ...media }).describe('Image'),
  z.strictObject({ type: z.literal('video'), ...media }).describe('Video'),
  z.strictObject({ type: z.literal('audio'), ...media }).describe('Audio, such as a voice message'),
  z.strictObject({ type: z.literal('file'), ...media }).describe('Any other file'),
  z.strictObject({ type: z.literal('sticker'), code: text(64).describe('Code of the sticker') }).describe('Sticker'),
  z.strictObject({ type: z.literal('card'), user: id.describe('Recommended user') }).describe('Profile of a user'),
  z
    .strictObject({
      type: z.literal('custom'),
      name: text(64).describe('What the app calls this kind of content'),
      data: customSchema.describe('Content, which the server does not read'),
    })
    .describe("Content of an app's own kind"),
] as const;

const textBody = (min: number) =>
  z.strictObject({ type: z.literal('text'), text: text(limits.text, min).describe('Plain text') }).describe('Text');

/**
 * Content of a message that clients send. Unknown fields are rejected, so that a misspelt field is
 * noticed.
 */
export const bodySchema = z.discriminatedUnion('type', [textBody(1), ...kinds]).meta({ title: 'body' });

/** Content of a message that clients receive. The text of a streamed message may be empty. */
export const receivedBodySchema = z.discriminatedUnion('type', [textBody(0), ...kinds]).meta({ title: 'body' });

export type Body = z.infer<typeof bodySchema>;
