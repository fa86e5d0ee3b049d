import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './message-id-now.lua';

const script = createScript('message-id-now', [clock, source]);

/** The message id that parts a conversation in two: all messages so far are at or below it, all that come later above. */
export async function messageIdNow(redis: RedisConnection, conversation: string): Promise<number> {
  return (await redis.run(script, [redis.keys.conversation(conversation)], [])) as number;
}
