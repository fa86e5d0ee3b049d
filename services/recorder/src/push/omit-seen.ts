import type { MessageEntry } from '@parley/database';
import { type RedisConnection, readFocus } from '@parley/redis';

/**
 * Returns the messages without direct ones whose recipient is looking at the chat. Whether the
 * members of a group look at it is decided when its message is pushed.
 */
export async function omitSeen(redis: RedisConnection, messages: readonly MessageEntry[]): Promise<MessageEntry[]> {
  const recipients = new Set(messages.filter(({ group }) => !group).map(({ to }) => to));
  if (recipients.size === 0) return [...messages];
  const focus = await readFocus(redis, [...recipients]);
  return messages.filter(({ group, from, to }) => group || !focus.get(to)?.chats.has(from));
}
