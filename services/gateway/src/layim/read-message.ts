import { type FrameOf, readFrame } from '@parley/protocol';

/**
 * Reads what LayIM's `sendMessage` hands over, `{mine: {content}, to: {id, type}}`, also wrapped as `{type: "sendMessage" | "chatMessage",
 * data}`, as a send. Who sends is known from the token, whatever `mine` says; what content means (`face[…]`, `img[…]`) is LayIM's affair.
 * Undefined for what is no message, such as a heartbeat of the page's own.
 *
 * @param ref the idempotency key of the send
 */
export function readMessage(value: unknown, ref: string): LayimSend | undefined {
  const message = unwrap(value);
  const { mine, to } = message ?? {};
  if (!isObject(mine) || !isObject(to)) return undefined;
  const id = typeof to.id === 'string' && /^\d{1,16}$/.test(to.id) ? Number(to.id) : to.id;
  const chat: LayimChat = { id, type: to.type === 'group' ? 'group' : 'friend' };
  const reading = readFrame({ type: 'send', ref, to: id, body: { type: 'text', text: mine.content } });
  if (!reading.ok) return { chat, problem: reading.message };
  return { chat, frame: reading.frame as FrameOf<'send'> };
}

function unwrap(value: unknown): Record<string, unknown> | undefined {
  if (!isObject(value)) return undefined;
  const wrapped = value.type === 'sendMessage' || value.type === 'chatMessage';
  if (!wrapped) return value;
  return isObject(value.data) ? value.data : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A message to a chat of LayIM's, or why it is none that could be sent. */
export type LayimSend = { chat: LayimChat; frame: FrameOf<'send'> } | { chat: LayimChat; problem: string };

/** A chat window, as LayIM names it. */
export interface LayimChat {
  id: unknown;
  type: 'friend' | 'group';
}
