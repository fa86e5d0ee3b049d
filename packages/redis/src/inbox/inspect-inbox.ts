import type { MessageEvent } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';

/** Events read at a time. */
const PAGE = 500;

/**
 * Reads a whole inbox and says what is wrong with it: offsets must follow one another, and messages
 * of a conversation ascend. Answers its messages too, so that they can be looked for where they are
 * recorded.
 */
export async function inspectInbox({ client, keys }: RedisConnection, user: number): Promise<Inspection> {
  const faults: string[] = [];
  const messages: InboxMessage[] = [];
  const newest = new Map<string, number>();
  let [epoch, offset] = [0, 0];
  let from = '-';
  for (;;) {
    const entries = await client.xrange(keys.inbox(user), from, '+', 'COUNT', PAGE);
    for (const [place, [, text]] of entries) {
      const [nextEpoch, nextOffset] = place.split('-').map(Number) as [number, number];
      if (offset > 0 && nextEpoch === epoch && nextOffset !== offset + 1)
        faults.push(`the inbox of ${user} goes from ${offset} to ${nextOffset}`);
      [epoch, offset] = [nextEpoch, nextOffset];
      const event = JSON.parse(text ?? '{}') as MessageEvent;
      if (event.kind !== 'message') continue;
      const { conversation, id } = event;
      if (id <= (newest.get(conversation) ?? 0))
        faults.push(`the inbox of ${user} has ${id} of ${conversation} after ${newest.get(conversation)}`);
      newest.set(conversation, id);
      messages.push({ user, conversation, id, chat: chatOf(event, user) });
    }
    const last = entries.at(-1);
    if (!last || entries.length < PAGE) return { faults, messages };
    from = `(${last[0]}`;
  }
}

function chatOf({ conversation, from, to }: MessageEvent, user: number): number {
  return conversation.startsWith('g') || from === user ? to : from;
}

/** What was found in an inbox. */
export interface Inspection {
  /** What is wrong, in words. */
  faults: string[];
  messages: InboxMessage[];
}

/** A message of a user's inbox; `chat` is the peer or group, as the user names it. */
export interface InboxMessage {
  user: number;
  chat: number;
  conversation: string;
  id: number;
}
