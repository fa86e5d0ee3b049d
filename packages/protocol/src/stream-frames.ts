import { z } from 'zod';
import { bodySchema } from './bodies.ts';
import { customSchema } from './custom.ts';
import { limits } from './limits.ts';
import { id, text } from './strings.ts';

const type = z.literal('stream');
const ref = text(limits.ref);
const optionalRef = ref.optional().describe('Echoed by the reply');
const chat = id.describe("The peer's or group's id");
const messageId = id.describe('Id of the message');
const custom = customSchema.optional();

/**
 * Frame that opens, extends, reads or ends a streamed message, whose text grows after it was sent,
 * such as the reply of an AI agent.
 */
export const streamSchema = z.discriminatedUnion('op', [
  z
    .strictObject({
      type,
      op: z.literal('start'),
      ref: ref.describe('Idempotency key, unique per user, as of `send`. Echoed by the reply'),
      to: id.describe('User or group'),
      text: text(limits.text, 0).optional().describe('First text. Default: empty'),
      replyTo: id.optional().describe('Id of the message that this one replies to'),
      mentions: z.array(id).max(limits.mentions).optional().describe('Mentioned users'),
      custom: custom.describe('Data of the app, delivered and stored with the message'),
      silent: z.literal(true).optional().describe('No push notification'),
    })
    .describe(
      'Sends a message whose text grows. Participants receive it with `streaming: true`. It ends by itself after ' +
        '`STREAM_IDLE` without an append, or after `STREAM_TIME`. Reply: `ack` with the id of the message',
    ),
  z
    .strictObject({
      type,
      op: z.literal('append'),
      ref: optionalRef,
      chat,
      id: messageId,
      index: z.int().positive().describe('Number of this append, from 1. A repeated one has no effect'),
      text: text(limits.text).describe('Text that is added'),
    })
    .describe(
      'Adds text to a streamed message of the sender. Connected participants receive it by a `stream` frame, and no ' +
        'inbox contains it. No reply, except for an error: `conflict` if appends before it are missing or its text ' +
        'differs from that of the same index, `stream-ended` if the message is complete',
    ),
  z
    .strictObject({ type, op: z.literal('read'), ref: optionalRef, chat, id: messageId })
    .describe('Reads the text so far. Reply: a `stream` frame with `whole: true`, or the error `stream-ended`'),
  z
    .strictObject({
      type,
      op: z.literal('end'),
      ref: optionalRef,
      chat,
      id: messageId,
      body: bodySchema.optional().describe('Final content. Default: the text so far'),
      custom: custom.describe('Final data of the app. Default: that of the start'),
    })
    .describe('Completes a streamed message. Participants receive an `edit` with the final content. Reply: `ack`'),
]);
