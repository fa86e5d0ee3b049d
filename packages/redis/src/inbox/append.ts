import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './append.lua';
import inbox from './inbox.lua';
import { inboxLimits } from './inbox-limits.ts';
import { mergeKey, parseEvent } from './merge-key.ts';

const script = createScript('append', [clock, inbox, source], { durable: true });

/**
 * Appends events to the inboxes of users and publishes them to the users' gateways, with one script
 * call per bucket. Resolves when every inbox has its event, with the users who are connected.
 * Rejects if the script fails in a bucket. Users of other buckets then already have their events,
 * and get them twice if the caller repeats the call.
 */
export async function append(redis: RedisConnection, entries: InboxEntry[]): Promise<number[]> {
  const byBucket = new Map<number, InboxEntry[]>();
  for (const entry of entries) {
    const bucket = redis.clustered ? redis.keys.bucket(entry.user) : 0;
    const group = byBucket.get(bucket);
    if (group) group.push(entry);
    else byBucket.set(bucket, [entry]);
  }
  const connected = await Promise.all([...byBucket].map(([bucket, group]) => appendTo(redis, bucket, group)));
  return connected.flat();
}

async function appendTo(redis: RedisConnection, bucket: number, entries: InboxEntry[]): Promise<number[]> {
  const { keys } = redis;
  const names = entries.flatMap(({ user }) => [keys.inbox(user), keys.user(user), keys.online(user), keys.left(user)]);
  let parsed = {};
  const args = entries.flatMap(({ user, event }, i) => {
    const same = i > 0 && event === entries[i - 1]?.event;
    if (!same) parsed = parseEvent(event);
    return [same ? '' : event, mergeKey(parsed), redis.clustered ? membership(parsed, user) : ''];
  });
  const positions = (await redis.run(script, names, [...inboxLimits(redis, bucket), ...args])) as number[];
  return positions.map((position) => entries[position - 1]?.user as number);
}

/**
 * Returns `-<group>` if the event ends the user's membership of a group, `+<group>` if it begins
 * the membership, otherwise an empty string.
 */
function membership({ kind, group, change, user }: Readonly<Record<string, unknown>>, owner: number): string {
  if (kind !== 'group') return '';
  if (change === 'dissolved' || ((change === 'removed' || change === 'left') && user === owner)) return `-${group}`;
  return change === 'created' || (change === 'joined' && user === owner) ? `+${group}` : '';
}

export interface InboxEntry {
  user: number;
  /** The event as JSON text. */
  event: string;
}
