import { groupConversation, userConversation } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import type { Keys } from '../keys.ts';

/**
 * An entry of a record stream that is not a message. (`accept` adds messages.) All entries of a
 * conversation are in the record stream of its home bucket, in order.
 */
export type RecordEntry =
  | {
      kind: 'mark';
      user: number;
      chat: number;
      group?: true;
      delivered?: number;
      read?: number;
      /** Set if `read` is hidden from the peer. */
      private?: true;
    }
  | { kind: 'recall'; user: number; chat: number; group?: true; id: number; date: number; moderated?: true }
  | {
      kind: 'edit';
      user: number;
      chat: number;
      group?: true;
      id: number;
      date: number;
      body: unknown;
      custom?: unknown;
      /** Set if the edit is the final content of a streamed message. */
      streaming?: false;
      /** Set if the streamed message was sent without a push notification. */
      silent?: true;
    }
  | {
      kind: 'react';
      user: number;
      chat: number;
      group?: true;
      id: number;
      date: number;
      emoji: string;
      active: boolean;
    }
  | { kind: 'pin'; user: number; chat: number; group?: true; id: number; date: number; active: boolean }
  | { kind: 'hide'; user: number; chat: number; group?: true; ids: number[] };

/** Adds an entry to the record stream of its conversation. Resolves when Redis has the entry. */
export async function record(redis: RedisConnection, entry: RecordEntry): Promise<void> {
  const { keys } = redis;
  await redis.client.xadd(keys.record(bucketOf(keys, entry)), '*', 'e', recordText(entry));
}

/** Converts an entry of a record stream to JSON text. */
export function recordText(entry: RecordEntry): string {
  return JSON.stringify(entry);
}

function bucketOf(keys: Keys, entry: RecordEntry): number {
  return keys.home(entry.group ? groupConversation(entry.chat) : userConversation(entry.user, entry.chat));
}
