import type { Parley } from '@parley/client';
import type { Message } from '@parley/protocol';
import { onSignOut } from '../../core/sign-out.ts';

const cache = new Map<string, Promise<Message | undefined>>();
onSignOut(() => cache.clear());

/**
 * Reads a quoted message that the timeline has not loaded. Undefined if the message does not exist
 * or the request fails.
 */
export function quoted(parley: Parley, chat: number, id: number): Promise<Message | undefined> {
  const key = `${chat}:${id}`;
  const request = cache.get(key) ?? read(parley, chat, id);
  cache.set(key, request);
  return request.catch(() => {
    cache.delete(key);
    return undefined;
  });
}

async function read(parley: Parley, chat: number, id: number): Promise<Message | undefined> {
  const { items } = await parley.api('GET /chats/{id}/messages', { id: chat, around: id, limit: 1 });
  return items.find((message) => message.id === id);
}
