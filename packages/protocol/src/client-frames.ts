import { z } from 'zod';
import { bodySchema } from './bodies.ts';
import { customSchema } from './custom.ts';
import { limits } from './limits.ts';
import { streamSchema } from './stream-frames.ts';
import { id, text } from './strings.ts';

const ref = text(limits.ref);
const optionalRef = ref.optional().describe('Echoed by the reply');
const chat = id.describe("The peer's or group's id");
const messageId = id.describe('Id of the message');
const body = bodySchema.describe('Content of the message');
const custom = customSchema.optional().describe('Data of the app, delivered and stored with the message');
const cursor = z
  .string()
  .max(33)
  .regex(/^\d{1,16}-\d{1,16}$/, 'Not a cursor');

/** Frame that sends a message to a user or group. */
export const sendSchema = z
  .strictObject({
    type: z.literal('send'),
    ref: ref.describe('Idempotency key, unique per user. Echoed by the reply'),
    to: id.describe('User or group'),
    body,
    replyTo: id.optional().describe('Id of the message that this one replies to'),
    mentions: z.array(id).max(limits.mentions).optional().describe('Mentioned users'),
    custom,
    silent: z.literal(true).optional().describe('No push notification'),
  })
  .describe('Sends a message to a user or group. Reply: `ack` with the id of the message');

/** Frame that marks all messages of a chat up to an id as received or read by the user. */
export const markSchema = z
  .strictObject({
    type: z.literal('mark'),
    ref: optionalRef,
    chat,
    delivered: id.optional().describe('Id of the last message that a device of this user has received'),
    read: id.optional().describe('Id of the last message that this user has read'),
  })
  .describe('Reports what this user has received or read: one of `delivered` and `read`. Reply: `ack` to a `ref`')
  .refine((mark) => (mark.delivered === undefined) !== (mark.read === undefined), {
    error: 'Set either delivered or read',
    path: ['read'],
  })
  .meta({ oneOf: ['delivered', 'read'].map((field) => ({ properties: { [field]: {} }, required: [field] })) });

/** Every frame that a client can send. */
export const clientFrameSchema = z.discriminatedUnion('type', [
  sendSchema,
  markSchema,
  streamSchema,
  z
    .strictObject({
      type: z.literal('received'),
      ref: optionalRef,
      cursor: cursor.describe('Cursor of the last event that this device has stored'),
    })
    .describe('Acknowledges events. The device resumes here if it connects without a cursor. No reply'),
  z
    .strictObject({
      type: z.literal('typing'),
      ref: optionalRef,
      chat,
      active: z.boolean().describe('False when the user has stopped'),
      state: text(limits.typingState).optional().describe('What the user does, such as `recording`. Default: typing'),
    })
    .describe('Reports that this user is typing. No reply'),
  z
    .strictObject({
      type: z.literal('focus'),
      ref: optionalRef,
      chat: id.nullable().describe("The peer's or group's id. Null for none"),
    })
    .describe('Sets the chat that the user is looking at, whose messages cause no push notification. No reply'),
  z
    .strictObject({
      type: z.literal('watch'),
      ref: optionalRef,
      users: z.array(id).max(limits.watch).describe('Watched users'),
    })
    .describe('Watches the presence of users, in place of those before. Reply: a `presence` frame per user'),
  z
    .strictObject({ type: z.literal('recall'), ref: optionalRef, chat, id: messageId })
    .describe(
      'Recalls an own message within `RECALL_WINDOW`, or as owner or admin any message of the group. Reply: `ack`',
    ),
  z
    .strictObject({ type: z.literal('edit'), ref: optionalRef, chat, id: messageId, body, custom })
    .describe('Replaces the body and the `custom` data of an own message. Reply: `ack`'),
  z
    .strictObject({
      type: z.literal('react'),
      ref: optionalRef,
      chat,
      id: messageId,
      emoji: text(limits.emoji).describe('The reaction'),
      active: z.boolean().describe('False to remove it'),
    })
    .describe('Adds or removes a reaction. Reply: `ack`'),
  z
    .strictObject({
      type: z.literal('pin'),
      ref: optionalRef,
      chat,
      id: messageId,
      active: z.boolean().describe('False to unpin it'),
    })
    .describe(
      'Pins a message for all participants, or unpins it. In a group: the owner and admins. At most `MAX_PINS` in a ' +
        'chat, else the error `conflict`. Reply: `ack`',
    ),
  z
    .strictObject({
      type: z.literal('hide'),
      ref: optionalRef,
      chat,
      ids: z.array(id).min(1).max(limits.hide).describe('Ids of messages'),
    })
    .describe("Deletes messages from the user's own copy of a chat. Other participants keep theirs. Reply: `ack`"),
  z
    .strictObject({
      type: z.literal('action'),
      ref: optionalRef,
      chat,
      id: messageId,
      action: text(limits.action).describe('Name of the action'),
      data: customSchema.optional().describe('Data of the app'),
    })
    .describe('Notifies the sender of a message, and nobody else, that this user pressed a button of it. Reply: `ack`'),
  z
    .strictObject({
      type: z.literal('auth'),
      ref: optionalRef,
      token: z.string().min(1).max(8192).describe('A new access token of the same user'),
    })
    .describe('Replaces the access token before it expires. Reply: `ack`'),
  z.strictObject({ type: z.literal('ping'), ref: optionalRef }).describe('Checks the connection. Reply: `pong`'),
]);

export type ClientFrame = z.infer<typeof clientFrameSchema>;
export type FrameOf<Type extends ClientFrame['type']> = Extract<ClientFrame, { type: Type }>;
