import { z } from 'zod';
import { receivedBodySchema } from './bodies.ts';
import { customSchema } from './custom.ts';
import { limits } from './limits.ts';
import { id, text } from './strings.ts';

const chat = id.describe('Id of the peer, or of the group');
const messageId = id.describe('Id of the message');
const custom = customSchema.optional().describe('Data of the app');
const moderated = z.literal(true).optional().describe('The owner or an admin of the group recalled it');
const body = receivedBodySchema.describe('Content of the message');

/** A message, in the form in which its participants receive it. */
export const messageEventSchema = z
  .object({
    kind: z.literal('message'),
    id: messageId,
    conversation: z.string().describe('`195752_748418` of two users, `g88` of a group'),
    from: id.describe('Sender'),
    to: id.describe('Recipient: a user or group'),
    date: z.int().describe('Unix ms'),
    body,
    ref: z.string().optional().describe("`ref` of the `send`, in the sender's own copy only"),
    replyTo: id.optional().describe('Id of the message that this one replies to'),
    mentions: z.array(id).optional().describe('Mentioned users'),
    custom,
    silent: z.literal(true).optional().describe('Sent without a push notification'),
    streaming: z.literal(true).optional().describe('More text follows by `stream` frames, then an `edit`'),
  })
  .describe('A message of this user or another');

/**
 * An event of a user's inbox. The user's devices receive events in order and without loss. `chat`
 * is the peer or group from the view of the receiving user.
 */
export const eventSchema = z
  .discriminatedUnion('kind', [
    messageEventSchema,
    z
      .object({
        kind: z.literal('mark'),
        chat,
        user: id.describe('Who has received or read'),
        delivered: id.optional().describe('Id of the last message received'),
        read: id.optional().describe('Id of the last message read'),
      })
      .describe('A user has received or read messages'),
    z
      .object({ kind: z.literal('recall'), chat, id: messageId, user: id.describe('Who recalled it'), moderated })
      .describe('A message was recalled'),
    z
      .object({
        kind: z.literal('edit'),
        chat,
        id: messageId,
        user: id.describe('Who edited it'),
        body,
        custom,
        streaming: z.literal(false).optional().describe('The message was streamed, and this is its final content'),
      })
      .describe('A message was edited'),
    z
      .object({
        kind: z.literal('react'),
        chat,
        id: messageId,
        user: id.describe('Who reacted'),
        emoji: text(32).describe('The reaction'),
        active: z.boolean().describe('False if it was removed'),
      })
      .describe('A reaction was added or removed'),
    z
      .object({
        kind: z.literal('pin'),
        chat,
        id: messageId,
        user: id.describe('Who pinned or unpinned it'),
        active: z.boolean().describe('False if it was unpinned'),
        date: z.int().describe('Unix ms'),
      })
      .describe('A message was pinned or unpinned'),
    z
      .object({ kind: z.literal('hide'), chat, ids: z.array(id).describe('Ids of the messages') })
      .describe("Another device of this user deleted messages from the user's own copy of a chat"),
    z
      .object({
        kind: z.literal('action'),
        chat,
        id: messageId,
        user: id.describe('Who acted'),
        action: text(limits.action).describe('Name of the action'),
        data: customSchema.optional().describe('Data of the app'),
        ref: text(limits.ref)
          .optional()
          .describe('The `ref` of the frame. A frame that is sent again has the same one'),
      })
      .describe('A user acted on a message of this user, by a button of it for example'),
    z
      .object({
        kind: z.literal('chat'),
        chat,
        change: z
          .enum(['deleted', 'updated', 'draft'])
          .describe('`updated`: pinned, muted, `mentionsOnly`, archived or `custom`'),
        upTo: id.optional().describe('Messages up to this id were deleted'),
        updated: z.int().optional().describe('`updated` of the new draft. Missing if it was removed'),
      })
      .describe('Another device of this user changed a chat'),
    z
      .object({
        kind: z.literal('friend'),
        user: id.describe('The other user'),
        change: z
          .enum(['requested', 'accepted', 'declined', 'removed', 'blocked', 'updated'])
          .describe('What happened. `updated`: remark or friend group'),
      })
      .describe('A friendship, a request or a block changed'),
    z
      .object({
        kind: z.literal('group'),
        group: id.describe('The group'),
        change: z
          .enum([
            'created',
            'updated',
            'joined',
            'left',
            'removed',
            'role',
            'dissolved',
            'requested',
            'declined',
            'withdrawn',
          ])
          .describe(
            'What happened. `requested`: a user requests to join, for the owner and admins. `declined`: one of them ' +
              'declined it, for that user too. `withdrawn`: the user removed the request',
          ),
        user: id.optional().describe('The member or user concerned'),
      })
      .describe('A group or its members changed'),
    z
      .object({ kind: z.literal('profile'), user: id.describe('Whose profile') })
      .describe('The name, avatar, sign or `custom` of a user changed'),
    z
      .object({ kind: z.literal('session'), change: z.enum(['revoked']).describe('What happened') })
      .describe('A session of this user changed'),
    z
      .object({ kind: z.literal('skipped') })
      .describe(
        'The inbox no longer holds the event of this offset: a newer one replaced it, or every device acknowledged it',
      ),
  ])
  .meta({ title: 'event' });

export type ParleyEvent = z.infer<typeof eventSchema>;
export type MessageEvent = z.infer<typeof messageEventSchema>;
export type EventOf<Kind extends ParleyEvent['kind']> = Extract<ParleyEvent, { kind: Kind }>;
