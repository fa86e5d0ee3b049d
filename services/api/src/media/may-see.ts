import type { Database } from '@parley/database';
import { type MessageEvent, mediaOf, parseConversation } from '@parley/protocol';
import { newestMessages, type RedisConnection } from '@parley/redis';
import { recordedUpTo, seesMedia } from '../queries/media.ts';

/**
 * Returns whether a user may read a media. PostgreSQL decides for recorded messages. For newer
 * ones, this function reads the user's inbox: a message grants access if it contains the media, is
 * newer than the recorded ones of its chat, and its sender may read the media.
 */
export async function maySee(deps: SeeDeps, user: number, media: number): Promise<boolean> {
  if (await seesMedia(deps.db, user, media)) return true;
  return await seesLive(deps, user, media, new Set());
}

async function seesLive(deps: SeeDeps, user: number, media: number, asked: Set<number>): Promise<boolean> {
  // The media was forwarded several times before its messages were recorded. Each user is checked
  // once, up to a limit.
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
  // A message may have been recorded after PostgreSQL was read.
  return recorded && (await seesMedia(deps.db, user, media));
}

async function isUnrecorded(db: Database, user: number, message: MessageEvent): Promise<boolean> {
  const group = parseConversation(message.conversation)?.type === 'group';
  const recorded = await recordedUpTo(db, user, group ? message.to : message.from, group);
  return recorded !== undefined && message.id > recorded;
}

/** Maximum number of newest messages that are checked. Older ones are recorded. */
const mostMessages = 200;
const longestChain = 4;

interface SeeDeps {
  db: Database;
  redis: RedisConnection;
}
