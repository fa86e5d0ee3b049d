import type { RedisConnection } from '../link.ts';
import { createScript } from '../script.ts';
import clock from './clock.lua';
import source from './message-id-now.lua';

const script = createScript('message-id-now', [clock, source]);

/** The message id that parts a conversation in two: all messages so far are at or below it, all that come later above. */
export async function messageIdNow(link: RedisConnection, conversation: string): Promise<number> {
  return (await link.run(script, [link.keys.conversation(conversation)], [])) as number;
}
