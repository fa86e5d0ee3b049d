import type { RedisConnection } from '../link.ts';

/** All that a user's inbox holds. */
export async function readInbox(link: RedisConnection, user: number): Promise<InboxContent[]> {
  const entries = await link.client.xrange(link.keys.inbox(user), '-', '+');
  return entries.map(([cursor, [, event]]) => ({
    cursor,
    offset: Number(cursor.split('-')[1]),
    text: event as string,
    event: event ? JSON.parse(event) : undefined,
  }));
}

export interface InboxContent {
  cursor: string;
  offset: number;
  text: string;
  event: { kind: string; id: number; from: number; to: number; date: number; ref?: string; body: { text: string } };
}

/** All that a record stream holds about a conversation. */
export async function readRecord(
  link: RedisConnection,
  bucket: number,
  conversation: string,
): Promise<InboxContent['event'][]> {
  const entries = await link.client.xrange(link.keys.record(bucket), '-', '+');
  return entries
    .map(([, [, entry]]) => JSON.parse(entry as string))
    .filter((entry) => entry.conversation === conversation);
}
