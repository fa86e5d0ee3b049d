import { reactive } from 'vue';
import { localStore } from '../core/local-store.ts';

/** Ids of chats that the user marked as unread on this device, although every message is read. */
const marked = reactive(new Set((localStore.get('unread') ?? '').split(',').map(Number).filter(Boolean)));

export function isMarkedUnread(chat: number): boolean {
  return marked.has(chat);
}

export function markUnread(chat: number): void {
  marked.add(chat);
  save();
}

/** Removes the user's unread mark from a chat. No-op if it has none. */
export function clearUnread(chat: number): void {
  if (marked.delete(chat)) save();
}

function save(): void {
  localStore.set('unread', marked.size > 0 ? [...marked].join() : undefined);
}
