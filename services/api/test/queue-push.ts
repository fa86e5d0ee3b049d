import { userConversation } from '@parley/protocol';
import { pushWebhooks, webhookEvent } from '@parley/redis';
import { waitFor } from '@parley/stack';
import type { Person, TestApi } from './test-api.ts';

let last = 1000;

/** Queues the push event of a message, as the recorder does. Returns the id of the message. */
export async function queuePush(
  { redis }: TestApi,
  message: { from: Person; to: number; body: object; conversation?: string; mentions?: number[] },
): Promise<number> {
  const { from, to, body, mentions, conversation = userConversation(from.id, to) } = message;
  last += 1;
  const data = JSON.stringify({ id: last, conversation, from: from.id, to, date: last, mentions, body });
  const event = webhookEvent(`message_${conversation}_${last}`, 'message.sent', last, data);
  await pushWebhooks(redis, '~push', [event], 1000);
  return last;
}

/** Waits until all queued messages were pushed. */
export async function pushed({ redis }: TestApi): Promise<void> {
  const idle = async () => (await redis.client.zcard(redis.keys.webhook('~push'))) === 0;
  await waitFor(idle, { message: 'messages wait to be pushed' });
}

/**
 * Waits until exactly `count` messages wait for `PUSH_DELAY` and all others were pushed. `passed`
 * makes the waiting messages due.
 */
export async function delayed({ redis }: TestApi, count: number): Promise<{ passed(): Promise<void> }> {
  const { client, keys } = redis;
  const due = keys.webhook('~push');
  let ids: string[] = [];
  await waitFor(
    async () => {
      ids = await client.zrange(due, '0', '-1');
      return ids.length === count && ids.every((id) => id.endsWith('_unread'));
    },
    { message: `not exactly ${count} messages wait for PUSH_DELAY` },
  );
  return {
    passed: async () => {
      for (const id of ids) await client.zadd(due, 'XX', 0, id);
    },
  };
}
