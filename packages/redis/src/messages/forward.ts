import { setTimeout } from 'node:timers/promises';
import { messageDate } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import inbox from '../inbox/inbox.lua';
import { inboxLimits } from '../inbox/inbox-limits.ts';
import isOnline from '../presence/is-online.lua';
import source from './forward.lua';
import { readForward } from './pending-forward.ts';

const script = createScript('forward', [clock, inbox, isOnline, source], { durable: true });

/** Ms for which a message waits until another process has forwarded the previous message. */
const PATIENCE_MS = 200;

/**
 * Maximum ms for which a message waits for a previous message. Redis might have lost that message,
 * or an older version that stores no forwards might have accepted it.
 */
const MAX_WAIT_MS = 3000;

/**
 * Maximum ms between two messages of a conversation for which the later one waits for the earlier
 * one.
 */
const MAX_GAP_MS = 30_000;

/**
 * Delivers an accepted message to participants whose buckets are not the conversation's home
 * bucket. Idempotent. Messages of a conversation arrive in the order of their ids, whichever
 * gateways forward them. If the previous message is missing, waits for it for 200 ms, and then
 * delivers it first. Resolves when every inbox has the message, with whether a participant other
 * than the sender is connected.
 */
export async function forward(redis: RedisConnection, message: ForwardedMessage): Promise<Forwarded> {
  const byBucket = new Map<number, number[]>();
  for (const user of message.participants) {
    const bucket = redis.keys.bucket(user);
    const users = byBucket.get(bucket);
    if (users) users.push(user);
    else byBucket.set(bucket, [user]);
  }
  const replies = await Promise.all([...byBucket].map(([bucket, users]) => forwardTo(redis, bucket, users, message)));
  return {
    online: replies.some(({ online }) => online),
    cursor: replies.find(({ cursor }) => cursor !== '')?.cursor ?? '',
  };
}

async function forwardTo(
  redis: RedisConnection,
  bucket: number,
  users: number[],
  message: ForwardedMessage,
): Promise<Forwarded> {
  const { id, conversation, from, event, ref } = message;
  const { keys } = redis;
  const names = [
    keys.arrived(bucket, conversation),
    ...users.flatMap((user) => [keys.inbox(user), keys.user(user), keys.online(user), keys.left(user)]),
  ];
  const group = conversation.startsWith('g') ? conversation.slice(1) : '';
  let last = message.before(bucket);
  const patience = messageDate(id) - messageDate(last) < MAX_GAP_MS ? PATIENCE_MS : 0;
  const begun = performance.now();
  for (let pause = 1; ; pause = Math.min(pause * 2, 32)) {
    const args = [id, last, event, ref, users.indexOf(from) + 1, group];
    const reply = (await redis.run(script, names, [...inboxLimits(redis, bucket), ...args])) as
      | 'early'
      | [online: number, cursor: string];
    if (reply !== 'early') return { online: reply[0] === 1, cursor: reply[1] };
    const waited = performance.now() - begun;
    if (waited >= patience) {
      const previous = await readForward(redis, conversation, last);
      if (previous) {
        const present = previous.participants.filter((user) => keys.bucket(user) === bucket);
        await forwardTo(redis, bucket, present, previous);
        continue;
      }
      if (patience === 0 || waited >= MAX_WAIT_MS) last = 0;
    }
    await setTimeout(pause);
  }
}

export interface ForwardedMessage {
  id: number;
  /** Returns the id of the conversation's previous message in a bucket. 0: none. */
  before(bucket: number): number;
  conversation: string;
  from: number;
  /** Ids of the participants in other buckets. */
  participants: number[];
  /** JSON text of the event without the closing brace. Begins with kind, id and conversation. */
  event: string;
  /** JSON text of the ref, for the sender's own copy. */
  ref: string;
}

export interface Forwarded {
  /** True if a participant other than the sender is connected. */
  online: boolean;
  /**
   * Position of the sender's own copy in the inbox. Empty if the sender is not among the
   * participants.
   */
  cursor: string;
}
