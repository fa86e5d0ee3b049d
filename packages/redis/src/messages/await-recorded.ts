import { setTimeout as sleep } from 'node:timers/promises';
import { groupConversation, userConversation } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import type { RecordEntry } from './record.ts';
import { sendRequest } from './request.ts';

/**
 * Maximum number of a bucket's record entries that are searched for a conversation. If the bucket
 * has more, `awaitRecorded` waits for all of them.
 */
const MAX_SEARCHED = 64;

/**
 * Ms before the first check whether PostgreSQL has the entries, and maximum ms between two checks.
 */
const [MIN_CHECK_MS, MAX_CHECK_MS] = [5, 100];

/** Number of a user's newest events whose conversations count as recent. */
const RECENT_EVENTS = 20;

/**
 * Ms for which an inbox counts as new. Longer than a minute, because recorders can be that far
 * behind.
 */
const NEW_INBOX_MS = 600_000;

/** Ms after which a message no longer counts as recent. Allows for clocks that differ. */
const RECENT_MS = 60_000;

/**
 * Resolves with true when PostgreSQL has everything that was accepted in these conversations before
 * the call. Makes recorders write the entries without delay. Resolves with false after `timeout`
 * ms. Costs one read per bucket if no entry waits.
 *
 * @param conversations `all` for every conversation of the installation
 */
export async function awaitRecorded(
  redis: RedisConnection,
  conversations: readonly string[] | 'all',
  timeout: number,
): Promise<boolean> {
  const { keys } = redis;
  const isAll = conversations === 'all';
  const names = isAll ? undefined : new Set(conversations);
  const buckets = isAll
    ? Array.from({ length: keys.buckets }, (_, bucket) => bucket)
    : [...new Set(conversations.map((name) => keys.home(name)))];
  const newest = await Promise.all(buckets.map((bucket) => newestEntry(redis, bucket, names)));
  let waiting = buckets.flatMap((bucket, i) => (newest[i] === undefined ? [] : [{ bucket, id: newest[i] }]));
  if (waiting.length === 0) return true;

  const end = performance.now() + timeout;
  await Promise.all(waiting.map(({ bucket }) => sendRequest(redis, { kind: 'records', bucket })));
  for (let delay = MIN_CHECK_MS; waiting.length > 0; delay = Math.min(2 * delay, MAX_CHECK_MS)) {
    if (performance.now() > end) return false;
    await sleep(delay);
    const first = await Promise.all(
      waiting.map(({ bucket, id }) => redis.client.xrange(keys.record(bucket), '-', id, 'COUNT', 1)),
    );
    waiting = waiting.filter((_, i) => first[i]?.length === 1);
  }
  return true;
}

/**
 * Returns the conversations of a user's newest events, in which the user might have seen something
 * that PostgreSQL does not have yet. Returns `all` if the inbox is new or missing, because Redis
 * might have lost the events that name the conversations.
 */
export async function recentConversations({ client, keys }: RedisConnection, user: number): Promise<string[] | 'all'> {
  const entries = await client.xrevrange(keys.inbox(user), '+', '-', 'COUNT', RECENT_EVENTS);
  const since = Date.now() - RECENT_MS;
  // The id of an inbox entry begins with the Unix ms at which the inbox was created.
  const created = Number.parseInt(entries[0]?.[0] ?? '', 10);
  if (!(created < Date.now() - NEW_INBOX_MS)) return 'all';
  return [...new Set(entries.flatMap(([, fields]) => conversationsOf(JSON.parse(fields[1] ?? '{}'), user, since)))];
}

function conversationsOf({ conversation, date, chat }: RecentEvent, user: number, since: number): string[] {
  if (conversation !== undefined) return date !== undefined && date < since ? [] : [conversation];
  // Returns both possible conversations, because the event does not specify whether the chat is a
  // user or a group.
  return typeof chat === 'number' ? [userConversation(user, chat), groupConversation(chat)] : [];
}

/**
 * Returns the id of the newest entry of a bucket's record stream that belongs to one of
 * `conversations`. If `conversations` is undefined, returns the id of the newest entry.
 */
async function newestEntry(
  { client, keys }: RedisConnection,
  bucket: number,
  conversations: ReadonlySet<string> | undefined,
): Promise<string | undefined> {
  const newest = async () => (await client.xrevrange(keys.record(bucket), '+', '-', 'COUNT', 1))[0]?.[0];
  if (conversations === undefined) return await newest();
  const entries = await client.xrange(keys.record(bucket), '-', '+', 'COUNT', MAX_SEARCHED);
  if (entries.length === MAX_SEARCHED) return await newest();
  return entries.findLast(([, fields]) => conversations.has(conversationOf(fields[1] ?? '')))?.[0];
}

/** Returns the conversation of a record entry. Empty if the entry is invalid. */
function conversationOf(text: string): string {
  try {
    const entry = JSON.parse(text) as RecordEntry | { kind: 'message'; conversation: string };
    if (entry.kind === 'message') return entry.conversation;
    return entry.group ? groupConversation(entry.chat) : userConversation(entry.user, entry.chat);
  } catch {
    return '';
  }
}

/** The fields of an inbox event from which its conversation is derived. */
interface RecentEvent {
  conversation?: string;
  /** Of a message. */
  date?: number;
  chat?: unknown;
}
