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
  duration: z.number().nonnegative().max(Number.MAX_SAFE_INTEGER).optional().describe('Seconds'),
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
 * Content of a message that a client sends. Rejects unknown fields, so that a client developer
 * notices a misspelt field.
 */
export const bodySchema = z.discriminatedUnion('type', [textBody(1), ...kinds]).meta({ title: 'body' });

/** The change of a group that a notice reports. */
export const noticeKindSchema = z.enum([
  'created',
  'added',
  'joined',
  'left',
  'removed',
  'renamed',
  'picture',
  'owner',
  'admin',
  'member',
  'slow-mode',
  'pinned',
]);

/** Content of a notice: a message that the server writes into a group when the group changes. */
export const noticeBodySchema = z
  .strictObject({
    type: z.literal('notice'),
    notice: noticeKindSchema.describe('What happened'),
    by: id.optional().describe('Who did it. Missing if a server did'),
    users: z.array(id).max(limits.noticeUsers).optional().describe('The first of the users concerned'),
    count: z.int().positive().optional().describe('Number of users concerned, if `users` lacks some'),
    link: z.literal(true).optional().describe('`joined`: by an invitation link'),
    name: text(limits.noticeName, 0).optional().describe('`created`, `renamed`: the name of the group'),
    seconds: z.int().nonnegative().optional().describe('`slow-mode`: seconds between two messages. 0: off'),
    message: id.optional().describe('`pinned`: id of the message'),
  })
  .describe('Change of a group. Only the server sends it, with the id of the group in `from`');

/**
 * Content of a message that a client receives. Unlike content that clients send, the text of a
 * streamed message can be empty, and the content can be a notice, which only the server writes.
 */
export const receivedBodySchema = z
  .discriminatedUnion('type', [textBody(0), ...kinds, noticeBodySchema])
  .meta({ title: 'body' });

export type Body = z.infer<typeof bodySchema>;
export type ReceivedBody = z.infer<typeof receivedBodySchema>;
export type NoticeBody = z.infer<typeof noticeBodySchema>;
export type NoticeKind = NoticeBody['notice'];
