import { z } from 'zod';
import { bodySchema } from './bodies.ts';
import { limits } from './limits.ts';
import { id, text } from './strings.ts';

/** Echoed by the reply. The idempotency key of a `send`. */
const ref = text(limits.ref);
const cursor = z
  .string()
  .max(33)
  .regex(/^\d{1,16}-\d{1,16}$/, 'Not a cursor');

/** Sends a message to a user or group. */
export const sendSchema = z.strictObject({
  type: z.literal('send'),
  ref,
  to: id,
  body: bodySchema,
  replyTo: id.optional(),
  mentions: z.array(id).max(limits.mentions).optional(),
});

/** Reports that this user has received or read everything up to a message. */
export const markSchema = z
  .strictObject({
    type: z.literal('mark'),
    ref: ref.optional(),
    chat: id,
    delivered: id.optional(),
    read: id.optional(),
  })
  .refine((mark) => (mark.delivered === undefined) !== (mark.read === undefined), {
    error: 'Give one of delivered and read',
    path: ['read'],
  });

/** Every frame that a client sends. */
export const clientFrameSchema = z.discriminatedUnion('type', [
  sendSchema,
  markSchema,
  z.strictObject({ type: z.literal('received'), ref: ref.optional(), cursor }),
  z.strictObject({ type: z.literal('typing'), ref: ref.optional(), chat: id, active: z.boolean() }),
  z.strictObject({ type: z.literal('focus'), ref: ref.optional(), chat: id.nullable() }),
  z.strictObject({ type: z.literal('watch'), ref: ref.optional(), users: z.array(id).max(limits.watch) }),
  z.strictObject({ type: z.literal('recall'), ref: ref.optional(), chat: id, id }),
  z.strictObject({ type: z.literal('edit'), ref: ref.optional(), chat: id, id, body: bodySchema }),
  z.strictObject({
    type: z.literal('react'),
    ref: ref.optional(),
    chat: id,
    id,
    emoji: text(limits.emoji),
    active: z.boolean(),
  }),
  z.strictObject({ type: z.literal('auth'), ref: ref.optional(), token: z.string().min(1).max(8192) }),
  z.strictObject({ type: z.literal('ping'), ref: ref.optional() }),
]);

export type ClientFrame = z.infer<typeof clientFrameSchema>;
export type FrameOf<Type extends ClientFrame['type']> = Extract<ClientFrame, { type: Type }>;
