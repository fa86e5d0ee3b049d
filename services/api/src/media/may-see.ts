import type { Database } from '@parley/database';
import { type MessageEvent, parseConversation } from '@parley/protocol';
import { newestMessages, type RedisConnection } from '@parley/redis';
import { recordedUpTo, seesMedia } from '../queries/media.ts';

/**
 * Whether a user may fetch a media. PostgreSQL knows, except of messages that are not recorded yet,
 * for which their inbox is asked: there a message counts that carries the media, is newer than what
 * is recorded of its chat, and whose sender sees the media.
 */
export async function maySee(deps: SeeDeps, user: number, media: number): Promise<boolean> {
  if (await seesMedia(deps.db, user, media)) return true;
  return await seesLive(deps, user, media, new Set());
}

async function seesLive(deps: SeeDeps, user: number, media: number, asked: Set<number>): Promise<boolean> {
  // Sent on from one to the next within a moment: each is asked once, and not endlessly many.
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

/** How far back messages are looked at; what came before is recorded long since. */
const mostMessages = 200;
const longestChain = 4;

interface SeeDeps {
  db: Database;
  redis: RedisConnection;
}
