import type { MessageEvent } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';

/** Number of events that are read at a time. */
const PAGE = 500;

/**
 * Reads a whole inbox and lists its faults. Offsets must be contiguous except where a newer event
 * replaced an older one, and the ids of a conversation's messages must ascend. Also returns the
 * messages, so that the caller can compare them with PostgreSQL.
 */
export async function inspectInbox({ client, keys }: RedisConnection, user: number): Promise<Inspection> {
  const faults: string[] = [];
  const gaps: string[] = [];
  let missing = 0;
  const messages: InboxMessage[] = [];
  const newest = new Map<string, number>();
  let offset = 0;
  let from = '-';
  for (;;) {
    const entries = await client.xrange(keys.inbox(user), from, '+', 'COUNT', PAGE);
    for (const [entry, [, text]] of entries) {
      const nextOffset = Number(entry.split('-')[1]);
      if (offset > 0 && nextOffset !== offset + 1) {
        gaps.push(`the inbox of ${user} goes from ${offset} to ${nextOffset}`);
        missing += nextOffset > offset ? nextOffset - offset - 1 : Number.POSITIVE_INFINITY;
      }
      offset = nextOffset;
      const event = JSON.parse(text ?? '{}') as MessageEvent;
      if (event.kind !== 'message') continue;
      const { conversation, id } = event;
      if (id <= (newest.get(conversation) ?? 0))
        faults.push(`the inbox of ${user} has ${id} of ${conversation} after ${newest.get(conversation)}`);
      newest.set(conversation, id);
      messages.push({ user, conversation, id, chat: chatOf(event, user) });
    }
    const last = entries.at(-1);
    if (!last || entries.length < PAGE) break;
    from = `(${last[0]}`;
  }
  // Subtracts the replaced events, which leave gaps between offsets. The inbox counts them.
  const replaced = Number(await client.hget(keys.index(user), '#')) || 0;
  return { faults: missing > replaced ? [...gaps, ...faults] : faults, messages };
}

function chatOf({ conversation, from, to }: MessageEvent, user: number): number {
  return conversation.startsWith('g') || from === user ? to : from;
}

/** Result of inspecting an inbox. */
export interface Inspection {
  /** A description of each fault. */
  faults: string[];
  messages: InboxMessage[];
}

/** A message in a user's inbox. `chat` is the peer or group, from the user's view. */
export interface InboxMessage {
  user: number;
  chat: number;
  conversation: string;
  id: number;
}
