import type { StreamFrame } from '@parley/protocol';
import { findHeld, type HeldMessage, updateMessage } from './chat-state.ts';
import type { State } from './state.ts';

/**
 * Appends text to a streamed message. Returns false if nothing changes, because earlier text is
 * missing, or because the message is complete or not in memory. The text is not stored: after a
 * reload, the client reads it from the server again.
 */
export function applyText(state: State, { chat: id, id: message, index, text, whole }: StreamFrame): boolean {
  const chat = state.chats.get(id);
  const held = findStreamed(state, id, message);
  if (!chat || !held) return false;
  const last = held.index ?? -1;
  if (whole ? index <= last : index !== last + 1) return false;
  updateMessage(chat, message, ({ body }) => {
    const before = !whole && body?.type === 'text' ? body.text : '';
    return { body: { type: 'text', text: before + text }, index, streaming: true };
  });
  return true;
}

/** Marks a streamed message as complete. Its final text arrives with an event. */
export function completeStream(state: State, id: number, message: number): boolean {
  const chat = state.chats.get(id);
  if (!chat || !findStreamed(state, id, message)) return false;
  updateMessage(chat, message, () => ({ streaming: false }));
  return true;
}

/** Returns whether text of a streamed message is missing before the text of this frame. */
export function isBehind(state: State, { chat, id, index }: StreamFrame): boolean {
  const held = findStreamed(state, chat, id);
  return held !== undefined && index > (held.index ?? -1);
}

/** Returns a message whose text can still grow. Undefined for any other message. */
function findStreamed({ chats }: State, chat: number, id: number): HeldMessage | undefined {
  const state = chats.get(chat);
  const held = state && findHeld(state, id);
  return held?.streaming !== false && held?.body?.type === 'text' ? held : undefined;
}
