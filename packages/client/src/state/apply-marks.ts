import type { Change, Mark } from './change.ts';
import { markRead } from './chat-state.ts';
import { changeChat, type State } from './state.ts';

/**
 * Applies a mark, which states how far this user has received and read a chat. A `settled` mark is
 * acknowledged by the server and leaves `state.marks`.
 */
export function applyMark(state: State, { chat: id, mark, settled }: Extract<Change, { type: 'marked' }>): void {
  const { delivered = 0, read = 0 } = mark;
  const before = state.marks.get(id);
  const pending: Mark = {};
  for (const kind of ['delivered', 'read'] as const) {
    const old = before?.[kind] ?? 0;
    const value = mark[kind] ?? 0;
    const left = settled ? (old > value ? old : 0) : Math.max(old, value);
    if (left > 0) pending[kind] = left;
  }
  if (Object.keys(pending).length > 0) state.marks.set(id, pending);
  else state.marks.delete(id);
  state.dirty.add('marks');
  const chat = changeChat(state, id);
  chat.delivered = Math.max(chat.delivered, delivered, read);
  markRead(chat, read, state.user);
}
