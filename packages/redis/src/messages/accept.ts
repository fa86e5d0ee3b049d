import { groupConversation, messageDate, userConversation } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import inbox from '../inbox/inbox.lua';
import { inboxLimits } from '../inbox/inbox-limits.ts';
import isOnline from '../presence/is-online.lua';
import type { NewStream } from '../streams/stream.ts';
import source from './accept.lua';
import { forward } from './forward.ts';
import { forwardField } from './pending-forward.ts';
import { PermitChanged } from './permit-changed.ts';
import { refName } from './ref-name.ts';
import { SlowModeError } from './slow-mode-error.ts';

const script = createScript('accept', [clock, inbox, isOnline, source], { durable: true });

/**
 * Maximum number of refs that are stored for a conversation. They use about 1 MB of Redis memory.
 */
const MAX_REFS = 10_000;

/**
 * Accepts a message: assigns its id, adds it to the record stream and to the inbox of every
 * participant, and publishes it to their gateways. Resolves when all this is done, and also on disk
 * if Redis always syncs. A resend, a message with the same `ref` within `refWindow`, gets the id of
 * the first message and completes its delivery if necessary. Without a resend, `repairForwards`
 * completes the delivery.
 *
 * Rejects with `PermitChanged` if `permit` is no longer valid, and with `SlowModeError` if the
 * group has slow mode and the member's last message is too recent. In both cases nothing is
 * written.
 */
export async function accept(redis: RedisConnection, message: NewMessage): Promise<Accepted> {
  redis.memory.check();
  const { from, to, ref } = message;
  const { keys } = redis;
  const conversation = message.members ? groupConversation(to) : userConversation(from, to);
  const home = keys.home(conversation);
  const participants = message.members ?? (from === to ? [from] : [from, to]);
  const near = redis.clustered ? participants.filter((user) => keys.bucket(user) === home) : participants;
  const distant = redis.clustered ? participants.filter((user) => keys.bucket(user) !== home) : [];
  const buckets = message.members ? [...new Set(distant.map((user) => keys.bucket(user)))] : [];

  const reach = keys.reach(conversation);
  const permits = message.members ? keys.members(to) : keys.permitFence(conversation);
  const names = [keys.conversation(conversation), keys.record(home), reach, permits];
  for (const user of near) names.push(keys.inbox(user), keys.user(user), keys.online(user));
  const name = refName(from, ref);
  const quotedRef = JSON.stringify(ref);
  const left = distant.length > 0 ? `${distant.join(' ')}\n${quotedRef}\n` : '';
  if (left) names.push(keys.forwards(home));
  const start = `,"conversation":"${conversation}","from":${from},"to":${to},"date":`;
  const rest = `,"body":${message.body}${message.extra ?? ''}`;
  const reply = (await redis.run(script, names, [
    ...inboxLimits(redis, home),
    name,
    quotedRef,
    start,
    rest,
    near.indexOf(from) + 1,
    message.record ? 1 : 0,
    redis.refWindow,
    MAX_REFS,
    buckets.join(' '),
    left,
    message.members ? near.join(' ') : '',
    message.permit ?? '',
    message.stream ? JSON.stringify(message.stream) : '',
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
  if (id === 0) throw duplicate === undefined ? new PermitChanged() : new SlowModeError(duplicate);
  // Waits for the replicas, because this call wrote nothing, and the writes of the first call might
  // not have reached the replicas.
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
    // If this HDEL is lost, the recorder forwards again, which is idempotent.
    redis.call(keys.forwards(home), ['HDEL', keys.forwards(home), forwardField(id, conversation)]).catch(() => {});
  }
  return { id, conversation, date, cursor, duplicate: duplicate === 1, online };
}

export interface NewMessage {
  from: number;
  to: number;
  /** Idempotency key of the sender. */
  ref: string;
  /** Members of the group that receives the message. Undefined for a message to a user. */
  members?: number[];
  /** JSON text. */
  body: string;
  /** JSON text of further fields of the event, each with a comma before it. */
  extra?: string;
  /**
   * The permission of the sender to write: `member` if the sender must be a member of the group, or
   * what `readPermitFence` returned before the permit was read. `none` accepts only a resend.
   * Undefined: no permission is needed.
   */
  permit?: number | 'member' | 'none';
  /** True if the recorder must write the message to PostgreSQL. */
  record: boolean;
  /** Set if the message opens a stream: its text grows until `endStream` completes it. */
  stream?: NewStream;
}

export interface Accepted {
  id: number;
  conversation: string;
  /** Unix time in ms. */
  date: number;
  /**
   * Position of the sender's own copy in the inbox, or a later position if the inbox does not
   * contain the copy any more.
   */
  cursor: string;
  duplicate: boolean;
  /**
   * True if a device of another participant was connected. In a group, members who hide their
   * presence from some users do not count as connected.
   */
  online: boolean;
}
