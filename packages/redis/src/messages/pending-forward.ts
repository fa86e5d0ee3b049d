import type { RedisConnection } from '../connection/redis-connection.ts';
import type { ForwardedMessage } from './forward.ts';

/**
 * Returns the field of `keys.forwards` in which `accept` stores a message until all buckets have
 * it.
 */
export function forwardField(id: number, conversation: string): string {
  return `${id}:${conversation}`;
}

/**
 * Reads a message that might not have reached all buckets yet. Undefined if Redis stores no such
 * message.
 */
export async function readForward(
  redis: RedisConnection,
  conversation: string,
  id: number,
): Promise<ForwardedMessage | undefined> {
  const key = redis.keys.forwards(redis.keys.home(conversation));
  const value = (await redis.call(key, ['HGET', key, forwardField(id, conversation)])) as string | null;
  return value === null ? undefined : parseForward(redis, value);
}

/**
 * Parses a message that `accept` stored in `forwards`. Its lines are: the participants in other
 * buckets, the ref, the event, and the conversation's previous message in each of these buckets.
 */
export function parseForward({ keys }: RedisConnection, value: string): ForwardedMessage {
  const [users = '', ref = '', event = '', previous = ''] = value.split('\n');
  const { id, conversation, from } = JSON.parse(event) as { id: number; conversation: string; from: number };
  const participants = users.split(' ').map(Number);
  const buckets = [...new Set(participants.map((user) => keys.bucket(user)))];
  const ids = previous.split(' ').map(Number);
  return {
    ...{ id, conversation, from, ref, participants },
    event: event.slice(0, -1),
    // Undefined if an older version, which does not store the previous messages, accepted the
    // message.
    before: (bucket) => ids[buckets.indexOf(bucket)] ?? 0,
  };
}
