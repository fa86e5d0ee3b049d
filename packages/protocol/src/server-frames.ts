import { z } from 'zod';
import { bodySchema } from './bodies.ts';
import { customSchema } from './custom.ts';
import { type ErrorCode, errorCodes } from './error-codes.ts';
import { eventSchema } from './events.ts';
import { id } from './strings.ts';

const ref = z.string().describe('`ref` of the frame');
const ms = z.int().nonnegative();

const welcomeSchema = z
  .object({
    type: z.literal('welcome'),
    connection: z.string().describe('Id of the connection, for logs'),
    user: id.describe('The signed-in user'),
    cursor: z.string().describe('Cursor before the first event that follows'),
    last: z.string().describe('Cursor of the last missed event. Equal to `cursor` if nothing was missed'),
    recovered: z.boolean().describe('False if the inbox no longer holds missed events: reload from the api'),
    heartbeat: ms.describe("Ms between the server's pings"),
    maxInFlight: z.int().positive().describe('Sends that may be unacknowledged'),
  })
  .describe('The first frame of a connection. Missed events follow, then live ones');

const sendAckSchema = z
  .object({
    type: z.literal('ack'),
    ref,
    id: id.describe('Id of the message'),
    conversation: z.string().describe('Ids of two users as `SMALLER_GREATER`, or `g` and the id of a group'),
    date: z.int().describe('Unix ms'),
    online: z
      .boolean()
      .describe(
        'True if a device of the recipient, or of another member of the group, was connected. ' +
          'False if the recipient hides it from the sender',
      ),
    duplicate: z.boolean().describe('True if the same `ref` was accepted before'),
    cursor: z.string().describe("Cursor of the message in the sender's own inbox"),
    body: bodySchema.optional().describe('Body of the message if a hook of the server changed it'),
    custom: customSchema.nullable().optional().describe('Its own data then. Null: none'),
  })
  .describe("A `send` was accepted: the message is on disk in Redis and in every participant's inbox");

const ackSchema = z
  .object({
    type: z.literal('ack'),
    ref,
    private: z
      .literal(true)
      .optional()
      .describe('The peer does not get this `read` mark. Mark the message as delivered if you have not'),
  })
  .describe('Any other frame with a `ref` was executed');

const errorSchema = z
  .object({
    type: z.literal('error'),
    ref: z.string().optional().describe('`ref` of the frame, if it is readable'),
    code: z
      .enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]])
      .meta({ title: 'error code' })
      .describe('What went wrong'),
    message: z.string().describe('Sentence for the user'),
    retry: z.boolean().describe('True if the same frame may succeed later'),
    retryAfter: ms.optional().describe('Ms to wait before a retry'),
  })
  .describe('A frame was refused');

const pongSchema = z
  .object({ type: z.literal('pong'), ref: z.string().optional().describe('`ref` of the `ping`') })
  .describe('Reply to `ping`');

const eventFrameSchema = z
  .object({
    type: z.literal('event'),
    cursor: z.string().describe('Cursor of the event. Offsets of one inbox have no gaps'),
    event: eventSchema.describe('What happened'),
  })
  .describe('An event of the inbox');

const typingSchema = z
  .object({
    type: z.literal('typing'),
    chat: id.describe('Id of the peer, or of the group'),
    user: id.describe('Who types'),
    active: z.boolean().describe('False when the user has stopped'),
    state: z.string().optional().describe('What the user does, such as `recording`. Default: typing'),
  })
  .describe('A user is typing. Not stored');

const streamFrameSchema = z
  .object({
    type: z.literal('stream'),
    ref: ref.optional().describe('`ref` of the `read`'),
    chat: id.describe('Id of the peer, or of the group'),
    id: id.describe('Id of the message'),
    user: id.describe('Sender of the message'),
    index: z.int().nonnegative().describe('Number of the append, from 1. After a gap, the client reads the whole text'),
    text: z.string().describe('Text that is added to the message'),
    whole: z.literal(true).optional().describe('Reply to `read`: `text` is all text up to `index`'),
  })
  .describe('The text of a streamed message grows. Not stored. Also the reply to `read`');

const presenceSchema = z
  .object({
    type: z.literal('presence'),
    user: id.describe('A watched user'),
    online: z.boolean().describe('True while a device is connected'),
    lastSeen: z.int().nullable().describe('Unix ms. Null while online, if unknown and if the user hides it'),
  })
  .describe('Presence of a watched user');

const reconnectSchema = z
  .object({ type: z.literal('reconnect'), after: ms.describe('Ms until the client reconnects') })
  .describe('The server is stopping. The client reconnects, to any gateway');

/** Every frame that a gateway can send. The frame `ack` has two shapes. */
export const serverFrameSchema = z.union([
  welcomeSchema,
  sendAckSchema,
  ackSchema,
  errorSchema,
  pongSchema,
  eventFrameSchema,
  typingSchema,
  streamFrameSchema,
  presenceSchema,
  reconnectSchema,
]);

export type Welcome = z.infer<typeof welcomeSchema>;
export type SendAck = z.infer<typeof sendAckSchema>;
export type Ack = z.infer<typeof ackSchema>;
export type ErrorFrame = z.infer<typeof errorSchema>;
export type EventFrame = z.infer<typeof eventFrameSchema>;
export type TypingFrame = z.infer<typeof typingSchema>;
export type StreamFrame = z.infer<typeof streamFrameSchema>;
export type PresenceFrame = z.infer<typeof presenceSchema>;
export type ReconnectFrame = z.infer<typeof reconnectSchema>;
export type ServerFrame = z.infer<typeof serverFrameSchema>;
