import type { Database } from '@parley/database';
import type { BriefUser, Message } from '@parley/protocol';
import { omitNullCustom } from './custom.ts';

/**
 * Returns every user that messages refer to, each once: senders, receivers, mentions, reactions,
 * cards, pins.
 */
export async function usersOfMessages(db: Database, messages: readonly Message[]): Promise<BriefUser[]> {
  const ids = new Set(messages.flatMap(usersOf));
  if (ids.size === 0) return [];
  const columns = ['id', 'name', 'avatar', 'custom'] as const;
  const rows = await db
    .selectFrom('users')
    .select(columns)
    .where('id', 'in', [...ids])
    .orderBy('id')
    .execute();
  return rows.map(omitNullCustom);
}

function usersOf({ conversation, from, to, mentions = [], reactions = [], body, pinned }: Message): number[] {
  const ids = [from, ...mentions, ...reactions.flatMap(({ users }) => users)];
  if (!conversation.startsWith('g')) ids.push(to);
  if (body?.type === 'card') ids.push(body.user);
  if (pinned) ids.push(pinned.user);
  return ids;
}
