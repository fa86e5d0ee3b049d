import { reactive } from 'vue';
import { localStore } from '../core/local-store.ts';

/** Chats the user marked as unread, on this device: they ask for attention though everything in them was read. */
const marked = reactive(new Set((localStore.get('unread') ?? '').split(',').map(Number).filter(Boolean)));

export function isMarkedUnread(chat: number): boolean {
  return marked.has(chat);
}

export function markUnread(chat: number): void {
  marked.add(chat);
  keep();
}

export function clearUnread(chat: number): void {
  if (marked.delete(chat)) keep();
}

function keep(): void {
  localStore.set('unread', marked.size > 0 ? [...marked].join() : undefined);
}
