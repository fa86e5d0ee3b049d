import { randomUUID } from 'node:crypto';
import { groupConversation, userConversation } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import type { InboxEntry } from '../inbox/append.ts';
import inbox from '../inbox/inbox.lua';
import source from './mutate.lua';
import { type RecordEntry, recordText } from './record.ts';

const script = createScript('change', [clock, inbox, source], { durable: true });

/**
 * Records a change to a conversation (a mark, a recall, an edit, a reaction), and appends its event
 * to the inboxes of users. Resolves when that is done and, where replicas have to confirm, on as
 * many of them. On one server all of it is done or nothing, so that nobody can know of a change
 * that will not be recorded, nor the other way round; in a cluster it is recorded first, and
 * `repairForwards` tells those whom it was not told. Repeated, users get the event twice.
 */
export async function mutate(redis: RedisConnection, { record, recorded, recall, entries }: Mutation): Promise<void> {
  const { keys } = redis;
  const conversation = record.group ? groupConversation(record.chat) : userConversation(record.user, record.chat);
  const home = keys.home(conversation);
  const withheld: Withheld = recall === undefined ? ['', 0] : [`${conversation}:${recall}`, recall];
  const isNear = ({ user }: InboxEntry) => !redis.clustered || keys.bucket(user) === home;
  const near = entries.filter(isNear);
  const distant = near.length < entries.length ? entries.filter((entry) => !isNear(entry)) : [];
  const left =
    distant.length > 0
      ? { field: `change:${Date.now()}:${randomUUID()}`, value: JSON.stringify([withheld, distant]) }
      : undefined;
  await tell(redis, home, { entries: near, withheld, noted: recorded ? recordText(record) : '', left });
  if (!left) return;
  await tellOthers(redis, withheld, distant);
  redis.call(keys.forwards(home), ['HDEL', keys.forwards(home), left.field]).catch(() => {});
}

/**
 * Tells users outside of the home of a change, as `change` kept it; `repairForwards` does it once
 * more where that broke off.
 */
export async function repairMutation(redis: RedisConnection, value: string): Promise<void> {
  const [withheld, entries] = JSON.parse(value) as [Withheld, InboxEntry[]];
  await tellOthers(redis, withheld, entries);
}

async function tellOthers(redis: RedisConnection, withheld: Withheld, entries: InboxEntry[]): Promise<void> {
  const byBucket = new Map<number, InboxEntry[]>();
  for (const entry of entries) {
    const bucket = redis.keys.bucket(entry.user);
    const group = byBucket.get(bucket);
    if (group) group.push(entry);
    else byBucket.set(bucket, [entry]);
  }
  await Promise.all([...byBucket].map(([bucket, group]) => tell(redis, bucket, { entries: group, withheld })));
}

async function tell(
  redis: RedisConnection,
  bucket: number,
  { entries, withheld, noted = '', left }: Told,
): Promise<void> {
  const { keys, inboxLength, inboxTtl } = redis;
  const names = entries.flatMap(({ user }) => [keys.inbox(user), keys.user(user), keys.recalled(user)]);
  if (left) names.push(keys.forwards(bucket));
  const events = entries.map(({ event }, i) => (i > 0 && event === entries[i - 1]?.event ? '' : event));
  const kept = [left?.field ?? '', left?.value ?? ''];
  const args = [inboxLength, inboxTtl, noted, ...withheld, 2 * inboxLength, redis.since(bucket), ...kept, ...events];
  await redis.run(script, [keys.record(bucket), ...names], args);
}

/** What changes, and who learns of it. */
export interface Mutation {
  /** What the recorder is to write. */
  record: Extract<RecordEntry, { kind: 'mark' | 'recall' | 'edit' | 'react' }>;
  /** Whether it gets that: not where history is off. */
  recorded: boolean;
  /** The message that is taken back: inboxes withhold its body from now on. */
  recall?: number | undefined;
  entries: InboxEntry[];
}

/** A message that was taken back, as inboxes remember it, and its id; '' and 0 for none. */
type Withheld = [name: string, id: number];

interface Told {
  entries: InboxEntry[];
  withheld: Withheld;
  /** What the recorder gets. */
  noted?: string;
  /** What is kept in the bucket until others were told. */
  left?: { field: string; value: string } | undefined;
}
