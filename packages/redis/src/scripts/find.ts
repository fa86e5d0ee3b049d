import { groupConversation, type MessageEvent, userConversation } from '@parley/protocol';
import type { RedisConnection } from '../link.ts';
import { createScript } from '../script.ts';
import source from './find.lua';

const script = createScript('find', [source]);

/** Finds a message of a user's chat that the inbox still holds: the event, `recalled`, or nothing. Reads back as long as it takes. */
export async function findMessage(
  link: RedisConnection,
  user: number,
  chat: number,
  id: number,
): Promise<MessageEvent | 'recalled' | undefined> {
  const names = [link.keys.inbox(user), link.keys.recalled(user)];
  const args = [id, userConversation(user, chat), groupConversation(chat)];
  const reply = (await link.run(script, names, args)) as string;
  return reply === '' ? undefined : reply === 'recalled' ? reply : (JSON.parse(reply) as MessageEvent);
}
