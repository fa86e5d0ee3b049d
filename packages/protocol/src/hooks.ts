import { z } from 'zod';
import { bodySchema } from './bodies.ts';
import { customSchema } from './custom.ts';
import { limits } from './limits.ts';
import { text } from './strings.ts';

/**
 * Events that a hook can allow or reject. A hook is an HTTP endpoint of the product that embeds
 * Parley.
 */
export const hookEvents = ['message.send', 'message.edit', 'user.register', 'friend.request', 'group.join'] as const;

export type HookEvent = (typeof hookEvents)[number];

/**
 * The reply of a hook. Rejects unknown fields, so that a reply that attempts to change the sender
 * counts as a failure of the hook.
 */
export const hookReplySchema = z.discriminatedUnion('allow', [
  z.strictObject({
    allow: z.literal(true),
    body: bodySchema.optional().describe('Replaces the body of the message'),
    custom: customSchema.nullable().optional().describe('Replaces the own data of the message. Null removes it'),
  }),
  z.strictObject({
    allow: z.literal(false),
    message: text(limits.hookMessage).optional().describe('Sentence for the user'),
  }),
]);

export type HookReply = z.infer<typeof hookReplySchema>;
