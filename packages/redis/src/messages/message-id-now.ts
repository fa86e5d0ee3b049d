import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './message-id-now.lua';

const script = createScript('message-id-now', [clock, source], { durable: true });

/**
 * Returns an id that divides a conversation in time: all messages so far have at most this id, and
 * all later messages have a greater id.
 */
export async function messageIdNow(redis: RedisConnection, conversation: string): Promise<number> {
  return (await redis.run(script, [redis.keys.conversation(conversation)], [])) as number;
}
