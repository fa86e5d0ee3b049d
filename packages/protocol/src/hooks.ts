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

const changes = {
  body: bodySchema.optional().describe('Replaces the body of the message'),
  custom: customSchema.nullable().optional().describe('Replaces the own data of the message. Null removes it'),
};
const message = text(limits.hookMessage).optional().describe('Sentence for the user');

/**
 * The reply of a hook. Rejects unknown fields, so that a reply that attempts to change the sender
 * counts as a failure of the hook.
 */
const hookReplySchema = z.discriminatedUnion('allow', [
  z.strictObject({ allow: z.literal(true), ...changes }),
  z.strictObject({ allow: z.literal(false), message }),
]);

/** The same reply, as it is sent over HTTP. */
const hookActionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('accept'), data: z.strictObject(changes).optional() }),
  z.strictObject({ action: z.literal('refuse'), message }),
]);

/**
 * Reads the JSON of a hook's reply: an object with `action`, or a `HookReply`, which the hook
 * helpers of `@parley/server` return.
 */
export function readHookReply(value: unknown): z.ZodSafeParseResult<HookReply> {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'action'))
    return hookReplySchema.safeParse(value);
  const { success, data, error } = hookActionSchema.safeParse(value);
  if (!success) return { success, error: error as unknown as z.ZodError<HookReply> };
  const reply: HookReply =
    data.action === 'accept' ? { allow: true, ...data.data } : { allow: false, message: data.message };
  return { success, data: reply };
}

export type HookReply = z.infer<typeof hookReplySchema>;
