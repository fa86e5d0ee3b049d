import type { RedisConnection } from '../connection/redis-connection.ts';
import type { ForwardedMessage } from './forward.ts';

/**
 * Returns the field of `keys.forwards` in which `accept` keeps a message until every bucket has it.
 */
export function forwardField(id: number, conversation: string): string {
  return `${id}:${conversation}`;
}

/** Reads a message that is not known to be in every bucket. Undefined if there is none. */
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
 * Parses a message that `accept` kept: its participants in other buckets, its ref, its event, and
 * the conversation's previous message in each of these buckets, one per line.
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
    // A version that did not keep the previous messages may have accepted it.
    before: (bucket) => ids[buckets.indexOf(bucket)] ?? 0,
  };
}
