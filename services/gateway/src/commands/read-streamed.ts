import { groupConversation, userConversation } from '@parley/protocol';
import { readStream } from '@parley/redis';
import type { LocalUser } from '../users/local-user.ts';
import type { CommandDeps } from './command.ts';

/**
 * Returns the text so far of a message that the user streams. Undefined if no stream is found.
 */
export async function readStreamed(
  { permits, redis }: Pick<CommandDeps, 'permits' | 'redis'>,
  user: LocalUser,
  { chat, id }: { chat: number; id: number },
): Promise<string | undefined> {
  const group = (await permits.standing(user, chat)) === 'member';
  const stream = await readStream(redis, group ? groupConversation(chat) : userConversation(user.id, chat), id);
  return stream?.from === user.id ? stream.text : undefined;
}
