import type { BriefUser } from '@parley/protocol';
import { type ChatState, trimMessages } from './chat-state.ts';
import type { State } from './state.ts';

/**
 * Returns the values that differ from the store, by key, and marks them as saved. A removed value
 * is undefined.
 */
export function takeUnsaved(state: State, keep: number): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const key of state.dirty) changes[key] = savedValue(state, key, keep);
  state.dirty.clear();
  return changes;
}

/**
 * Marks every value as unsaved, because the previous leading tab might have closed before it stored
 * its last changes.
 */
export function markAllUnsaved(state: State): void {
  for (const key of keysOf(state)) state.dirty.add(key);
}

/** Fills an empty state with entries from the store or from the `snapshot` of another tab. */
export function restore(state: State, saved: Iterable<[string, unknown]>): void {
  for (const [key, value] of saved) {
    if (key.startsWith('chat:')) state.chats.set((value as ChatState).chat, { ...(value as ChatState) });
    if (isPlain(key)) Object.assign(state, { [key]: value });
    if (key === 'marks') for (const [chat, mark] of value as [number, object][]) state.marks.set(chat, mark);
    if (key === 'people') for (const [id, user] of value as [number, BriefUser][]) state.people.set(id, user);
  }
}

/** Returns the whole state as entries that `restore` accepts. */
export function snapshot(state: State): [string, unknown][] {
  return keysOf(state).map((key) => [key, savedValue(state, key)]);
}

/** Fields of the state that are stored without conversion. */
const plain = ['cursor', 'chatsLoaded', 'unrecorded', 'outbox'] as const;

function isPlain(key: string): key is (typeof plain)[number] {
  return (plain as readonly string[]).includes(key);
}

function keysOf(state: State): string[] {
  return [...plain, 'marks', 'people', ...[...state.chats.keys()].map((chat) => `chat:${chat}`)];
}

function savedValue(state: State, key: string, keep?: number): unknown {
  if (key === 'marks' || key === 'people') return [...state[key]];
  if (isPlain(key)) return state[key];
  const chat = state.chats.get(Number(key.slice('chat:'.length)));
  if (!chat || keep === undefined) return chat;
  const stored = { ...chat, messages: [...chat.messages], capacity: keep };
  trimMessages(stored);
  return stored;
}
