import type { HookEvent, HookReply } from '@parley/protocol';
import type { RequestHeaders, VerifyOptions } from '../webhooks/verify.ts';
import { type HookData, verifyHook } from './verify-hook.ts';

/**
 * Verifies a request that Parley sent to a hook, and calls the handler for its type. Resolves with
 * the reply, which must be sent as JSON. Allows the action if its type has no handler.
 *
 * @param body the bytes as they were received
 * @param secrets `whsec_…` of the hook. With several, one of them must have signed the request
 * @throws WebhookError if the signature, the timestamp or the body is invalid
 * @throws TypeError if a handler returns no reply, so that a bug does not allow the action
 */
export async function handleHook(
  headers: RequestHeaders,
  body: string | Uint8Array,
  secrets: string | readonly string[],
  handlers: HookHandlers,
  options?: VerifyOptions,
): Promise<HookReply> {
  const { type, data } = verifyHook(headers, body, secrets, options);
  if (!Object.hasOwn(handlers, type)) return { allow: true };
  const handler = handlers[type] as Handler<HookEvent> | undefined;
  if (handler === undefined) return { allow: true };
  const reply: HookReply = await handler(data);
  if (typeof reply?.allow !== 'boolean')
    throw new TypeError(`The handler of ${type} must return {allow: true or false}`);
  return reply;
}

/**
 * Handlers by type of hook request. Only messages and edits can be changed by a handler; other
 * actions can be allowed or refused.
 */
export type HookHandlers = { [Type in HookEvent]?: Handler<Type> };

type Handler<Type extends HookEvent> = (data: HookData[Type]) => ReplyTo<Type> | Promise<ReplyTo<Type>>;

type ReplyTo<Type extends HookEvent> = Type extends `message.${string}`
  ? HookReply
  : { allow: true; body?: never; custom?: never } | Extract<HookReply, { allow: false }>;
