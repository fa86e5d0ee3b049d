import { z } from 'zod';
import { bodySchema } from './bodies.ts';
import { id, text } from './strings.ts';

/** A message as its participants receive it. `ref` is in the sender's own copy only. */
export const messageEventSchema = z.object({
  kind: z.literal('message'),
  id,
  conversation: z.string(),
  from: id,
  to: id,
  /** Unix ms. */
  date: z.int(),
  body: bodySchema,
  ref: z.string().optional(),
  replyTo: id.optional(),
  mentions: z.array(id).optional(),
});

/**
 * Events of an inbox, which a user's devices receive in order and without loss. `chat` is the id by
 * which the receiving user names the chat.
 */
export const eventSchema = z.discriminatedUnion('kind', [
  messageEventSchema,
  z.object({ kind: z.literal('mark'), chat: id, user: id, delivered: id.optional(), read: id.optional() }),
  z.object({ kind: z.literal('recall'), chat: id, id, user: id }),
  z.object({ kind: z.literal('edit'), chat: id, id, user: id, body: bodySchema }),
  z.object({ kind: z.literal('react'), chat: id, id, user: id, emoji: text(32), active: z.boolean() }),
  /** `upTo`: the messages of a deleted chat up to this id are deleted. */
  z.object({ kind: z.literal('chat'), chat: id, change: z.enum(['deleted', 'updated']), upTo: id.optional() }),
  z.object({
    kind: z.literal('friend'),
    user: id,
    change: z.enum(['requested', 'accepted', 'declined', 'removed', 'blocked', 'updated']),
  }),
  z.object({
    kind: z.literal('group'),
    group: id,
    change: z.enum(['created', 'updated', 'joined', 'left', 'removed', 'role', 'dissolved']),
    user: id.optional(),
  }),
  z.object({ kind: z.literal('profile'), user: id }),
  z.object({ kind: z.literal('session'), change: z.enum(['revoked']) }),
]);

export type ParleyEvent = z.infer<typeof eventSchema>;
export type MessageEvent = z.infer<typeof messageEventSchema>;
export type EventOf<Kind extends ParleyEvent['kind']> = Extract<ParleyEvent, { kind: Kind }>;
