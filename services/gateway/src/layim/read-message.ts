import { type FrameOf, layimAddress, limits, readFrame, replaceLayimMedia } from '@parley/protocol';

/**
 * Converts what a LayIM page passes to `sendMessage` into a `send` frame. The page sends `{mine:
 * {content}, to: {id, type}}`, or the same as `data` of `{type: "sendMessage" | "chatMessage",
 * data}`. The sender is known from the token, not from `mine`. LayIM markup in the content
 * (`face[…]`, `img[…]`) stays as it is. Signatures in file URLs are removed, because they grant the
 * access rights of the sender. Returns undefined for any other value, such as a heartbeat of the
 * page, or if `id` is not the id of a chat window.
 *
 * @param ref idempotency key of the `send` frame
 */
export function readMessage(value: unknown, ref: string): LayimSend | undefined {
  const message = unwrap(value);
  const { mine, to } = message ?? {};
  if (!isObject(mine) || !isObject(to) || !isWindowId(to.id)) return undefined;
  const id = typeof to.id === 'string' && /^\d{1,16}$/.test(to.id) ? Number(to.id) : to.id;
  const chat: LayimChat = { id, type: to.type === 'group' ? 'group' : 'friend' };
  const reading = readFrame({ type: 'send', ref, to: id, body: { type: 'text', text: withoutSeals(mine.content) } });
  if (!reading.ok) return { chat, problem: reading.message };
  return { chat, frame: reading.frame as FrameOf<'send'> };
}

function withoutSeals(content: unknown): unknown {
  return typeof content === 'string' ? replaceLayimMedia(content, layimAddress) : content;
}

function unwrap(value: unknown): Record<string, unknown> | undefined {
  if (!isObject(value)) return undefined;
  const wrapped = value.type === 'sendMessage' || value.type === 'chatMessage';
  if (!wrapped) return value;
  return isObject(value.data) ? value.data : undefined;
}

/**
 * Returns whether LayIM can show a refusal in a window with this id. Ids of windows are numbers or
 * short strings.
 */
function isWindowId(id: unknown): id is string | number {
  return typeof id === 'number' || (typeof id === 'string' && id.length <= limits.ref);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A message to a LayIM chat window, or the reason why it cannot be sent. */
export type LayimSend = { chat: LayimChat; frame: FrameOf<'send'> } | { chat: LayimChat; problem: string };

/** A chat window of a LayIM page, by the id that LayIM uses. */
export interface LayimChat {
  id: string | number;
  type: 'friend' | 'group';
}
