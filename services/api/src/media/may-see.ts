import type { Database } from '@parley/database';
import { type MessageEvent, parseConversation } from '@parley/protocol';
import { newestMessages, type RedisConnection } from '@parley/redis';
import { recordedUpTo, seesMedia } from '../queries/media.ts';

/**
 * Whether a user may fetch a media. PostgreSQL knows, except of messages that are not recorded yet, for which their inbox is asked:
 * there a message counts that carries the media, is newer than what is recorded of its chat, and whose sender sees the media.
 */
export async function maySee(parts: SeeParts, user: number, media: number): Promise<boolean> {
  if (await seesMedia(parts.db, user, media)) return true;
  return await seesLive(parts, user, media, new Set());
}

async function seesLive(parts: SeeParts, user: number, media: number, asked: Set<number>): Promise<boolean> {
  // Sent on from one to the next within a moment: each is asked once, and not endlessly many.
  if (asked.size >= longestChain) return false;
  asked.add(user);
  for (const message of await newestMessages(parts.link, user, mostMessages)) {
    const { from, body } = message;
    if (!('media' in body) || body.media !== media || asked.has(from)) continue;
    if (!(await isUnrecorded(parts.db, user, message))) continue;
    if (await seesMedia(parts.db, from, media)) return true;
    if (await seesLive(parts, from, media, asked)) return true;
  }
  return false;
}

async function isUnrecorded(db: Database, user: number, message: MessageEvent): Promise<boolean> {
  const group = parseConversation(message.conversation)?.type === 'group';
  const recorded = await recordedUpTo(db, user, group ? message.to : message.from, group);
  return recorded !== undefined && message.id > recorded;
}

/** How far back messages are looked at; what came before is recorded long since. */
const mostMessages = 200;
const longestChain = 4;

interface SeeParts {
  db: Database;
  link: RedisConnection;
}
