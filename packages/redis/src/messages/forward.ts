import { setTimeout } from 'node:timers/promises';
import { messageDate } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import inbox from '../inbox/inbox.lua';
import { inboxLimits } from '../inbox/inbox-limits.ts';
import isOnline from '../presence/is-online.lua';
import source from './forward.lua';

const script = createScript('forward', [clock, inbox, isOnline, source], { durable: true });

/**
 * Ms for which a message waits for the previous one. If the gateway of the previous one died,
 * `repairForwards` delivers it sooner.
 */
const MAX_WAIT_MS = 3000;

/** A message does not wait for a previous message that is older by more than this, in ms. */
const MAX_GAP_MS = 30_000;

/**
 * Delivers an accepted message to participants whose buckets are not its home. Idempotent. Messages
 * of a conversation arrive in the order of their ids, from any gateway: a message that comes too
 * early waits for up to 3 s. Resolves when every inbox has the message, with whether a participant
 * other than the sender is connected.
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
  const last = message.before(bucket);
  const recent = messageDate(id) - messageDate(last) < MAX_GAP_MS;
  const deadline = performance.now() + MAX_WAIT_MS;
  for (let pause = 1; ; pause = Math.min(pause * 2, 32)) {
    const before = recent && performance.now() < deadline ? last : 0;
    const args = [id, before, event, ref, users.indexOf(from) + 1, group];
    const reply = (await redis.run(script, names, [...inboxLimits(redis, bucket), ...args])) as
      | 'early'
      | [online: number, cursor: string];
    if (reply !== 'early') return { online: reply[0] === 1, cursor: reply[1] };
    await setTimeout(pause);
  }
}

export interface ForwardedMessage {
  id: number;
  /** Returns the id of the conversation's previous message in a bucket. 0 if there is none. */
  before(bucket: number): number;
  conversation: string;
  from: number;
  /** The participants in other buckets. */
  participants: number[];
  /** JSON text that begins with kind, id and conversation, without the closing brace. */
  event: string;
  /** JSON text of the ref, for the own copy of the sender. */
  ref: string;
}

export interface Forwarded {
  /** Whether a participant other than the sender is connected. */
  online: boolean;
  /** The position of the sender's own copy. '' if the sender is not among the participants. */
  cursor: string;
}
