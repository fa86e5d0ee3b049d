import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './find-messages.lua';

const script = createScript('find-messages', [source]);

/**
 * Returns the given messages of a conversation that are missing from a user's inbox, in an
 * undefined order. Recalled messages do not count as missing. Reads the inbox at most once.
 */
export async function findMissing(
  redis: RedisConnection,
  user: number,
  conversation: string,
  ids: readonly number[],
): Promise<number[]> {
  const names = [redis.keys.inbox(user), redis.keys.recalled(user)];
  return ((await redis.run(script, names, [conversation, ...ids])) as string[]).map(Number);
}
