import { groupConversation, userConversation } from '@parley/protocol';
import { endStream, readMembers, readStream } from '@parley/redis';
import type { LocalUser, Permit } from '../users/local-user.ts';
import type { CommandDeps } from './command.ts';
import { type Refusal, writeRefusal } from './refusal.ts';

/**
 * Returns the participants of the chat to which a user streams a message. If the user is no longer
 * allowed to write there, ends the stream and throws a `Refusal`.
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
  // While Redis is unavailable, nobody knows whether the user is allowed to write, so the stream
  // stays open.
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
  /** Id of the group. Undefined if the user streams to another user. */
  group?: number;
  /** Ids of the group's members. Undefined if the user streams to another user. */
  members?: number[];
  permit: number | 'member';
}
