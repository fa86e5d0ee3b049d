import { groupConversation, userConversation } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import type { Keys } from '../keys.ts';

/**
 * Record entries other than messages, which `accept` adds. All entries of a conversation are in the
 * record stream of its home bucket, in order.
 */
export type RecordEntry =
  | {
      kind: 'mark';
      user: number;
      chat: number;
      group?: true;
      delivered?: number;
      read?: number;
      /** Set if the peer must not see `read`. */
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
      /** Set if it is the final content of a streamed message. */
      streaming?: false;
      /** Set if the message was sent without a push notification. */
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

/** Adds an entry to its record stream. Resolves when Redis has it. */
export async function record(redis: RedisConnection, entry: RecordEntry): Promise<void> {
  const { keys } = redis;
  await redis.client.xadd(keys.record(bucketOf(keys, entry)), '*', 'e', recordText(entry));
}

/** Returns an entry of a record stream as JSON text. */
export function recordText(entry: RecordEntry): string {
  return JSON.stringify(entry);
}

function bucketOf(keys: Keys, entry: RecordEntry): number {
  return keys.home(entry.group ? groupConversation(entry.chat) : userConversation(entry.user, entry.chat));
}
