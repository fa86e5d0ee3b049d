import { type ChatBox, trim } from './chat-box.ts';
import type { State } from './state.ts';

/** Takes what differs from the store, by key; undefined stands for what is to be removed. */
export function takeUnsaved(state: State, keep: number): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const key of state.dirty) changes[key] = savedValue(state, key, keep);
  state.dirty.clear();
  return changes;
}

/** Everything differs from the store: another tab, whose last changes may not be in it, kept it until now. */
export function touchAll(state: State): void {
  for (const key of keysOf(state)) state.dirty.add(key);
}

/** Fills a state that is new with what was stored, or with another's state. */
export function restore(state: State, saved: Iterable<[string, unknown]>): void {
  for (const [key, value] of saved) {
    if (key.startsWith('chat:')) state.boxes.set((value as ChatBox).chat, { ...(value as ChatBox) });
    if (isPlain(key)) Object.assign(state, { [key]: value });
    if (key === 'marks') for (const [chat, mark] of value as [number, object][]) state.marks.set(chat, mark);
  }
}

/** All of a state, as `restore` takes it. */
export function snapshot(state: State): [string, unknown][] {
  return keysOf(state).map((key) => [key, savedValue(state, key)]);
}

/** What is stored as it is. */
const plain = ['cursor', 'whole', 'outbox'] as const;

function isPlain(key: string): key is (typeof plain)[number] {
  return (plain as readonly string[]).includes(key);
}

function keysOf(state: State): string[] {
  return [...plain, 'marks', ...[...state.boxes.keys()].map((chat) => `chat:${chat}`)];
}

function savedValue(state: State, key: string, keep?: number): unknown {
  if (key === 'marks') return [...state.marks];
  if (isPlain(key)) return state[key];
  const box = state.boxes.get(Number(key.slice('chat:'.length)));
  if (!box || keep === undefined) return box;
  const stored = { ...box, messages: [...box.messages], room: keep };
  trim(stored);
  return stored;
}
