import type { RedisConnection } from '../connection/redis-connection.ts';

/** Returns all entries of a user's inbox. */
export async function readInbox(connection: RedisConnection, user: number): Promise<InboxContent[]> {
  const entries = await connection.client.xrange(connection.keys.inbox(user), '-', '+');
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

/** Returns all entries of a bucket's record stream that belong to a conversation. */
export async function readRecord(
  connection: RedisConnection,
  bucket: number,
  conversation: string,
): Promise<InboxContent['event'][]> {
  const entries = await connection.client.xrange(connection.keys.record(bucket), '-', '+');
  return entries
    .map(([, [, entry]]) => JSON.parse(entry as string))
    .filter((entry) => entry.conversation === conversation);
}
