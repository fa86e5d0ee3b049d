import { randomUUID } from 'node:crypto';
import { groupConversation, userConversation } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import type { InboxEntry } from '../inbox/append.ts';
import inbox from '../inbox/inbox.lua';
import { inboxLimits } from '../inbox/inbox-limits.ts';
import { mergeKey, parseEvent } from '../inbox/merge-key.ts';
import { readLaterMembers } from '../permits/members.ts';
import { releaseSlot } from '../streams/take-slot.ts';
import source from './mutate.lua';
import { PermitChanged } from './permit-changed.ts';
import { PinsFull, PinsUnknown, pinArguments } from './pins.ts';
import { type RecordEntry, recordText } from './record.ts';

const script = createScript('mutate', [clock, inbox, source], { durable: true });

/** Thrown if the message was recalled, after which it can no longer be changed. */
export class MessageRecalled extends Error {
  override name = 'MessageRecalled';
}

/** Thrown if the stream that a mutation should end has got more text or has already ended. */
export class StreamChanged extends Error {}

/**
 * Adds a mutation of a conversation (a mark, recall, edit, reaction, pin or hide) to the record
 * stream, and appends its event to the inboxes of users. Resolves when both are done, also on
 * `replicas` replicas. Without a cluster, does all or nothing. In a cluster, the mutation is
 * recorded first. If the gateway crashes before it has delivered the mutation to all buckets,
 * `repairForwards` delivers it to the others, except to inboxes that have a newer mutation that
 * replaces it. Members who joined a group after the message and cannot see it get no event. If the
 * caller repeats the call, users get the event twice. An edit or a recall of a streamed message
 * also ends its stream.
 *
 * Rejects and writes nothing in these cases: with {@link PermitChanged} if `permit` is no longer
 * valid, and with {@link StreamChanged} if the number of text chunks of the streamed message
 * differs from `texts`. A pin rejects with {@link PinsFull} if the chat has `maxPins` pins, and
 * with {@link PinsUnknown} if Redis has no copy of the pins. An edit, a reaction or a pin of a
 * recalled message rejects with {@link MessageRecalled}, but ends the message's stream.
 */
export async function mutate(
  redis: RedisConnection,
  { record, recorded, recall, entries: all, permit, texts, maxPins }: Mutation,
): Promise<void> {
  redis.memory.check();
  const entries = record.group && 'id' in record ? await omitLater(redis, record.chat, record, all) : all;
  const { keys } = redis;
  const conversation = record.group ? groupConversation(record.chat) : userConversation(record.user, record.chat);
  const home = keys.home(conversation);
  const withheld: Withheld = recall === undefined ? ['', 0] : [`${conversation}:${recall}`, recall];
  const changed = changes(record) ? `${conversation}:${record.id}` : '';
  const isNear = ({ user }: InboxEntry) => !redis.clustered || keys.bucket(user) === home;
  const near = entries.filter(isNear);
  const distant = near.length < entries.length ? entries.filter((entry) => !isNear(entry)) : [];
  const left =
    distant.length > 0
      ? { field: `change:${Date.now()}:${randomUUID()}`, value: JSON.stringify([withheld, distant, changed]) }
      : undefined;
  const required = permit !== undefined && {
    permit,
    user: record.user,
    key: record.group ? keys.members(record.chat) : keys.permitFence(conversation),
  };
  const noted = recorded ? recordText(record) : '';
  const streamed = record.kind === 'edit' || record.kind === 'recall' ? `${conversation}:${record.id}` : '';
  const stream = [streamed, texts ?? ''] as const;
  const pins = pinArguments(record, maxPins);
  const owner = record.group ? record.chat : Math.min(record.user, record.chat);
  const given = { entries: near, withheld, changed, owner, noted, left, stream, pins, ...(required && { required }) };
  const version = await deliver(redis, home, given);
  if (!left) return;
  await deliverElsewhere(redis, distant, { withheld, changed, version });
  redis.call(keys.forwards(home), ['HDEL', keys.forwards(home), `${left.field}:${version}`]).catch(() => {});
}

/**
 * Removes the events for group members who cannot see the changed message. Keeps the event for the
 * user who changes the message.
 */
async function omitLater(
  redis: RedisConnection,
  group: number,
  { id, user }: { id: number; user: number },
  entries: InboxEntry[],
): Promise<InboxEntry[]> {
  const later = new Set(await readLaterMembers(redis, group, id));
  return later.size === 0 ? entries : entries.filter((entry) => entry.user === user || !later.has(entry.user));
}

/** Returns whether a mutation is impossible after the message was recalled. */
function changes(record: Mutation['record']): record is Extract<typeof record, { kind: 'edit' | 'react' | 'pin' }> {
  return record.kind === 'edit' || record.kind === 'react' || (record.kind === 'pin' && record.active);
}

/**
 * Delivers a mutation that `mutate` stored in `forwards` to users of other buckets, except to
 * inboxes that contain this version, or a later one of the same kind.
 */
export async function repairMutation(redis: RedisConnection, value: string, version: number): Promise<void> {
  // The previous release did not store `changed`.
  const [withheld, entries, changed = ''] = JSON.parse(value) as [Withheld, InboxEntry[], string?];
  await deliverElsewhere(redis, entries, { withheld, changed, version });
}

async function deliverElsewhere(
  redis: RedisConnection,
  entries: InboxEntry[],
  change: Pick<Delivery, 'withheld' | 'changed' | 'version'>,
): Promise<void> {
  const byBucket = new Map<number, InboxEntry[]>();
  for (const entry of entries) {
    const bucket = redis.keys.bucket(entry.user);
    const group = byBucket.get(bucket);
    if (group) group.push(entry);
    else byBucket.set(bucket, [entry]);
  }
  await Promise.all([...byBucket].map(([bucket, group]) => deliver(redis, bucket, { entries: group, ...change })));
}

async function deliver(
  redis: RedisConnection,
  bucket: number,
  {
    entries,
    withheld,
    changed,
    owner = '',
    version = 0,
    noted = '',
    left,
    required,
    stream = ['', ''],
    pins = ['', '', ''],
  }: Delivery,
): Promise<number> {
  const { keys } = redis;
  const names = entries.flatMap(({ user }) => [keys.inbox(user), keys.user(user), keys.recalled(user)]);
  if (left) names.push(keys.forwards(bucket));
  let merge = '';
  const events = entries.flatMap(({ event }, i) => {
    const same = i > 0 && event === entries[i - 1]?.event;
    if (!same) merge = versioned(mergeKey(parseEvent(event)), version);
    return [same ? '' : event, merge];
  });
  const kept = [left?.field ?? '', left?.value ?? ''];
  const permit = [required?.permit ?? '', required?.user ?? ''];
  const message = [...withheld, ...kept, ...permit, ...stream, ...pins, changed, owner];
  const args = [...inboxLimits(redis, bucket), noted, ...message, ...events];
  const records = keys.record(bucket);
  const done = await redis.run(script, [records, required?.key ?? records, ...names], args);
  if (done === 0) throw new PermitChanged();
  if (done === -1) throw new StreamChanged();
  if (done === -2) throw new PinsFull();
  if (done === -3) throw new PinsUnknown();
  const [given, slot, from] = done as [version: number, slot?: string, from?: string];
  if (slot !== undefined) releaseSlot(redis, Number(from), slot);
  if (given === -4) throw new MessageRecalled();
  return given;
}

/**
 * Adds the version of a mutation to its merge key, as the message id is added for a mark. An inbox
 * drops an event if it contains an event with this key and the same or a later version.
 */
function versioned(merge: string, version: number): string {
  return version === 0 || merge === 'o' || merge.includes(' ') ? merge : `${merge} ${version}`;
}

/** The record entry of a mutation, and its event for each user. */
export interface Mutation {
  /** The entry for the recorder. */
  record: Extract<RecordEntry, { kind: 'mark' | 'recall' | 'edit' | 'react' | 'pin' | 'hide' }>;
  /** True if the entry is added to the record stream. False in relay mode. */
  recorded: boolean;
  /** Id of a recalled message, whose body inboxes withhold from now on. */
  recall?: number | undefined;
  entries: InboxEntry[];
  /** The permission of the user, as for `accept`. Undefined: no permission is needed. */
  permit?: number | 'member' | undefined;
  /**
   * Number of text chunks that the streamed message must have when this edit completes it.
   * Undefined: any number.
   */
  texts?: number | undefined;
  /** Maximum number of pinned messages of the conversation. Undefined: not limited. */
  maxPins?: number | undefined;
}

/** A recalled message as `<conversation>:<id>`, and its id. Empty and 0 for none. */
type Withheld = [name: string, id: number];

interface Delivery {
  entries: InboxEntry[];
  withheld: Withheld;
  /**
   * The message that the mutation changes, as `<conversation>:<message id>`. If it was recalled,
   * the mutation is rejected. Empty for none.
   */
  changed: string;
  /**
   * In the home bucket: the user or group whose set of recalled messages includes all of this
   * conversation.
   */
  owner?: number | '';
  /** The version that the home bucket assigned to the mutation. Default: 0, none. */
  version?: number;
  /** The entry for the recorder, as JSON text. Default: empty, nothing is recorded. */
  noted?: string;
  /** Field and value that stay in `forwards` until the users of other buckets have the event. */
  left?: { field: string; value: string } | undefined;
  /**
   * The permission that must still be valid, the user who needs it, and the key that holds the
   * current value.
   */
  required?: { permit: number | 'member'; user: number; key: string };
  /**
   * A message whose stream ends, as `<conversation>:<id>`, and the number of texts that the stream
   * must have. Empty: any number.
   */
  stream?: readonly [name: string, texts: number | ''];
  /** The change of the set of pinned messages, as arguments of the script. */
  pins?: ReturnType<typeof pinArguments>;
}
