import { groupConversation, type MessageEvent, userConversation } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './find-message.lua';

const script = createScript('find', [source]);

/**
 * Finds a message of a user's chat in the user's inbox. Returns the event, `recalled` if it was
 * recalled, or undefined. Searches backwards, up to the oldest event.
 */
export async function findMessage(
  redis: RedisConnection,
  user: number,
  chat: number,
  id: number,
): Promise<MessageEvent | 'recalled' | undefined> {
  const names = [redis.keys.inbox(user), redis.keys.recalled(user)];
  const args = [id, userConversation(user, chat), groupConversation(chat)];
  const reply = (await redis.run(script, names, args)) as string;
  return reply === '' ? undefined : reply === 'recalled' ? reply : (JSON.parse(reply) as MessageEvent);
}
