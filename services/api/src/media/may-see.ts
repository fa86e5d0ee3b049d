import type { Database } from '@parley/database';
import { type MessageEvent, parseConversation } from '@parley/protocol';
import { newestMessages, type RedisConnection } from '@parley/redis';
import { recordedUpTo, seesMedia } from '../queries/media.ts';

/**
 * Returns whether a user may fetch a media. PostgreSQL knows recorded messages. For others the
 * user's inbox is read: a message grants access if it carries the media, is newer than the recorded
 * ones of its chat, and its sender may fetch the media.
 */
export async function maySee(deps: SeeDeps, user: number, media: number): Promise<boolean> {
  if (await seesMedia(deps.db, user, media)) return true;
  return await seesLive(deps, user, media, new Set());
}

async function seesLive(deps: SeeDeps, user: number, media: number, asked: Set<number>): Promise<boolean> {
  // The media was forwarded several times before recording. Each user is checked once, up to a
  // limit.
  if (asked.size >= longestChain) return false;
  asked.add(user);
  for (const message of await newestMessages(deps.redis, user, mostMessages)) {
    const { from, body } = message;
    if (!('media' in body) || body.media !== media || asked.has(from)) continue;
    if (!(await isUnrecorded(deps.db, user, message))) continue;
    if (await seesMedia(deps.db, from, media)) return true;
    if (await seesLive(deps, from, media, asked)) return true;
  }
  return false;
}

async function isUnrecorded(db: Database, user: number, message: MessageEvent): Promise<boolean> {
  const group = parseConversation(message.conversation)?.type === 'group';
  const recorded = await recordedUpTo(db, user, group ? message.to : message.from, group);
  return recorded !== undefined && message.id > recorded;
}

/** How many of the newest messages are checked; older ones have been recorded. */
const mostMessages = 200;
const longestChain = 4;

interface SeeDeps {
  db: Database;
  redis: RedisConnection;
}
