import { groupConversation, messageDate, userConversation } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import inbox from '../inbox/inbox.lua';
import source from './accept.lua';
import { forward } from './forward.ts';

const script = createScript('accept', [clock, inbox, source], { durable: true });

/** Refs of a conversation that a resend is recognised by. */
const REFS = 64;

/**
 * Accepts a message: gives it its id and date, adds it to the record stream and to the inbox of
 * every participant, and publishes it to their gateways. Resolves when all that is done, on disk
 * where Redis syncs always. A resend with the same `ref` gets the first id and finishes what may
 * have been left half done; it is no second message. Without one, `repairForwards` does.
 */
export async function accept(redis: RedisConnection, message: NewMessage): Promise<Accepted> {
  const { from, to, ref } = message;
  const { keys } = redis;
  const conversation = message.members ? groupConversation(to) : userConversation(from, to);
  const home = keys.home(conversation);
  const participants = message.members ?? (from === to ? [from] : [from, to]);
  const near = redis.clustered ? participants.filter((user) => keys.bucket(user) === home) : participants;
  const distant = redis.clustered ? participants.filter((user) => keys.bucket(user) !== home) : [];
  const buckets = message.members ? [...new Set(distant.map((user) => keys.bucket(user)))] : [];

  const names = [keys.conversation(conversation), keys.record(home), keys.reach(conversation)];
  for (const user of near) names.push(keys.inbox(user), keys.user(user), keys.online(user));
  const quotedRef = JSON.stringify(ref);
  const left = distant.length > 0 ? `${distant.join(' ')}\n${quotedRef}\n` : '';
  if (left) names.push(keys.forwards(home));
  const start = `,"conversation":"${conversation}","from":${from},"to":${to},"date":`;
  const rest = `,"body":${message.body}${message.extra ?? ''}`;
  const reply = (await redis.run(script, names, [
    `${from}:${ref}`,
    quotedRef,
    start,
    rest,
    near.indexOf(from) + 1,
    message.record ? 1 : 0,
    redis.inboxLength,
    redis.inboxTtl,
    REFS,
    buckets.join(' '),
    redis.since(home),
    left,
    ...near.map((user) => redis.epochs.get(user) ?? ''),
  ])) as [
    id: number,
    duplicate: number,
    online: number,
    before: number | number[],
    own: string,
    ...epochs: (number | string)[],
  ];

  const [id, duplicate, , before] = reply;
  // The first time may not have got to the replicas, and this time wrote nothing.
  if (duplicate === 1) await redis.confirm([home]);
  for (let i = 5; i < reply.length; i += 2) {
    redis.epochs.set(near[(reply[i] as number) - 1] as number, reply[i + 1] as string);
  }
  const date = messageDate(id);
  let online = reply[2] === 1;
  let cursor = reply[4];
  if (distant.length > 0) {
    const event = `{"kind":"message","id":${id}${start}${date}${rest}`;
    const last = (bucket: number) => (typeof before === 'number' ? before : (before[buckets.indexOf(bucket)] ?? 0));
    const forwarded = { id, before: last, conversation, from, participants: distant, event, ref: quotedRef };
    const elsewhere = await forward(redis, forwarded);
    online ||= elsewhere.online;
    cursor ||= elsewhere.cursor;
    // Where this does not get through, it is forwarded once more, which changes nothing.
    redis.call(keys.forwards(home), ['HDEL', keys.forwards(home), `${id}:${from}:${ref}`]).catch(() => {});
  }
  return { id, conversation, date, cursor, duplicate: duplicate === 1, online };
}

export interface NewMessage {
  from: number;
  to: number;
  /** The sender's idempotency key. */
  ref: string;
  /** The members of the group when `to` is one; absent for a user. */
  members?: number[];
  /** JSON text. */
  body: string;
  /** JSON text of further fields, each with a comma before it. */
  extra?: string;
  /** Whether the recorder gets it. */
  record: boolean;
}

export interface Accepted {
  id: number;
  conversation: string;
  /** Ms since 1970. */
  date: number;
  /** The position of the sender's own copy, or one after it if the copy has left the inbox. */
  cursor: string;
  duplicate: boolean;
  /** Some device of another participant was connected. */
  online: boolean;
}
