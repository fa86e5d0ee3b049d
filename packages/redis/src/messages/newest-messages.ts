import type { MessageEvent } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Returns the messages among the newest `count` events of a user's inbox, without recalled ones,
 * the newest first.
 */
export async function newestMessages(redis: RedisConnection, user: number, count: number): Promise<MessageEvent[]> {
  const { client, keys } = redis;
  const entries = await client.xrevrange(keys.inbox(user), '+', '-', 'COUNT', count);
  const messages = entries
    .map(([, fields]) => fields[1] ?? '')
    .filter((event) => event.startsWith('{"kind":"message",'))
    .map((event) => JSON.parse(event) as MessageEvent);
  if (messages.length === 0) return [];
  const names = messages.map((message) => `${message.conversation}:${message.id}`);
  const recalled = await client.zmscore(keys.recalled(user), ...names);
  return messages.filter((_, i) => recalled[i] == null);
}
