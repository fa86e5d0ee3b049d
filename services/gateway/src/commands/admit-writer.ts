import { groupConversation, userConversation } from '@parley/protocol';
import { endStream, readMembers, readStream } from '@parley/redis';
import type { LocalUser, Permit } from '../users/local-user.ts';
import type { CommandDeps } from './command.ts';
import { type Refusal, writeRefusal } from './refusal.ts';

/**
 * Returns the participants of a user's stream. If the user may not write to the chat any more, ends
 * the stream and throws a refusal.
 */
export async function admitWriter(deps: WriterDeps, user: LocalUser, chat: number, id: number): Promise<Writer> {
  const found = await deps.permits.admission(user, chat);
  if (Array.isArray(found))
    return { conversation: groupConversation(chat), group: chat, members: found, permit: 'member' };
  const refusal = writeRefusal(found, deps.config.sendPolicy);
  const conversation = conversationOf(found, user.id, chat);
  if (!refusal) return { conversation, permit: found.fence };
  await endOwn(deps, user, conversation, id, chat, refusal);
  throw refusal;
}

async function endOwn(
  { redis }: WriterDeps,
  user: LocalUser,
  conversation: string,
  id: number,
  chat: number,
  { code }: Refusal,
): Promise<void> {
  // Redis is unavailable, so it is unknown whether the user may write. The stream stays open.
  if (code === 'unavailable') return;
  if ((await readStream(redis, conversation, id))?.from !== user.id) return;
  const participants = conversation === groupConversation(chat) ? await readMembers(redis, chat) : [];
  await endStream(redis, conversation, id, { participants });
}

function conversationOf({ standing }: Permit, user: number, chat: number): string {
  const group = standing === 'member' || standing === 'not-member';
  return group ? groupConversation(chat) : userConversation(user, chat);
}

export type WriterDeps = Pick<CommandDeps, 'permits' | 'redis' | 'config'>;

interface Writer {
  conversation: string;
  /** Undefined for a stream to a user. */
  group?: number;
  /** The members of the group. */
  members?: number[];
  permit: number | 'member';
}
