import type { MessageEntry } from '@parley/database';
import { type RedisConnection, readFocus } from '@parley/redis';

/**
 * Returns the messages to push. Omits direct messages whose recipient is looking at the chat. Keeps
 * all group messages, because the check for each member happens later, when the message is pushed.
 */
export async function omitSeen(redis: RedisConnection, messages: readonly MessageEntry[]): Promise<MessageEntry[]> {
  const recipients = new Set(messages.filter(({ group }) => !group).map(({ to }) => to));
  if (recipients.size === 0) return [...messages];
  const focus = await readFocus(redis, [...recipients]);
  return messages.filter(({ group, from, to }) => group || !focus.get(to)?.chats.has(from));
}
