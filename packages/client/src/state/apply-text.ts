import type { StreamFrame } from '@parley/protocol';
import { findHeld, type HeldMessage, updateMessage } from './chat-state.ts';
import type { State } from './state.ts';

/**
 * Adds text to a streamed message. Returns false if it changes nothing: earlier text is missing, or
 * the message is complete or not in memory. The text is not saved, because a client reads it again
 * after a reload.
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

/** Marks a streamed message as complete. Its final text is in the inbox. */
export function completeStream(state: State, id: number, message: number): boolean {
  const chat = state.chats.get(id);
  if (!chat || !findStreamed(state, id, message)) return false;
  updateMessage(chat, message, () => ({ streaming: false }));
  return true;
}

/** Returns whether the client missed texts of a message before the text of this frame. */
export function isBehind(state: State, { chat, id, index }: StreamFrame): boolean {
  const held = findStreamed(state, chat, id);
  return held !== undefined && index > (held.index ?? -1);
}

/** Returns a message whose text may grow. */
function findStreamed({ chats }: State, chat: number, id: number): HeldMessage | undefined {
  const state = chats.get(chat);
  const held = state && findHeld(state, id);
  return held?.streaming !== false && held?.body?.type === 'text' ? held : undefined;
}
