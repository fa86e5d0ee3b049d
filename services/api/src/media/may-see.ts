import type { Database } from '@parley/database';
import { type MessageEvent, mediaOf, parseConversation } from '@parley/protocol';
import { newestMessages, type RedisConnection } from '@parley/redis';
import { recordedUpTo, seesMedia } from '../queries/media.ts';

/**
 * Returns whether a user is allowed to read a media file. PostgreSQL decides for messages that it
 * contains. Messages that are not recorded yet are in the user's inbox: such a message grants
 * access if it contains the media and its sender is allowed to read the media.
 */
export async function maySee(deps: SeeDeps, user: number, media: number): Promise<boolean> {
  if (await seesMedia(deps.db, user, media)) return true;
  return await seesLive(deps, user, media, new Set());
}

async function seesLive(deps: SeeDeps, user: number, media: number, asked: Set<number>): Promise<boolean> {
  // Stops if the media was forwarded too many times before PostgreSQL has the messages. Each user
  // is checked at most once.
  if (asked.size >= longestChain) return false;
  asked.add(user);
  let recorded = false;
  for (const message of await newestMessages(deps.redis, user, mostMessages)) {
    const { from, body } = message;
    if (asked.has(from) || !mediaOf(body).includes(media)) continue;
    if (!(await isUnrecorded(deps.db, user, message))) {
      recorded = true;
      continue;
    }
    if (await seesMedia(deps.db, from, media)) return true;
    if (await seesLive(deps, from, media, asked)) return true;
  }
  // Queries PostgreSQL again, because the recorder might have written a message after the first
  // query.
  return recorded && (await seesMedia(deps.db, user, media));
}

async function isUnrecorded(db: Database, user: number, message: MessageEvent): Promise<boolean> {
  const group = parseConversation(message.conversation)?.type === 'group';
  const recorded = await recordedUpTo(db, user, group ? message.to : message.from, group);
  return recorded !== undefined && message.id > recorded;
}

/**
 * Maximum number of newest messages in an inbox that are checked. Older messages are already in
 * PostgreSQL.
 */
const mostMessages = 200;
const longestChain = 4;

interface SeeDeps {
  db: Database;
  redis: RedisConnection;
}
