import type { Database } from '@parley/database';
import type { BriefUser, Message } from '@parley/protocol';
import { getBriefUsers } from './users.ts';

/**
 * Returns every user to which messages refer, each once: senders, receivers, and users in mentions,
 * reactions, cards, pins and notices.
 */
export async function usersOfMessages(db: Database, messages: readonly Message[]): Promise<BriefUser[]> {
  return await getBriefUsers(db, [...new Set(messages.flatMap(usersOf))]);
}

function usersOf({ conversation, from, to, mentions = [], reactions = [], body, pinned }: Message): number[] {
  const ids = [...mentions, ...reactions.flatMap(({ users }) => users)];
  // Adds the users that the notice lists, because the sender of a notice is the group, not a user.
  if (body?.type === 'notice') ids.push(...(body.by ? [body.by] : []), ...(body.users ?? []));
  else ids.push(from);
  if (!conversation.startsWith('g')) ids.push(to);
  if (body?.type === 'card') ids.push(body.user);
  if (pinned) ids.push(pinned.user);
  return ids;
}
