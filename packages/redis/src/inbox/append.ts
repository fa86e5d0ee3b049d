import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './append.lua';
import inbox from './inbox.lua';

const script = createScript('append', [clock, inbox, source], { durable: true });

/**
 * Appends events to the inboxes of users and publishes them to their gateways, one script call for
 * each bucket. Resolves when every inbox has its event, with those users that are connected. When
 * one bucket fails it rejects, and others may have theirs already; repeated, they get it twice.
 */
export async function append(redis: RedisConnection, entries: InboxEntry[]): Promise<number[]> {
  const byBucket = new Map<number, InboxEntry[]>();
  for (const entry of entries) {
    const bucket = redis.clustered ? redis.keys.bucket(entry.user) : 0;
    const group = byBucket.get(bucket);
    if (group) group.push(entry);
    else byBucket.set(bucket, [entry]);
  }
  const connected = await Promise.all(
    [...byBucket].map(async ([bucket, group]) => {
      const names = group.flatMap(({ user }) => [
        redis.keys.inbox(user),
        redis.keys.user(user),
        redis.keys.online(user),
      ]);
      const events = group.map(({ event }, i) => (i > 0 && event === group[i - 1]?.event ? '' : event));
      const args = [redis.inboxLength, redis.inboxTtl, redis.since(bucket), ...events];
      return (await redis.run(script, names, args)) as number[];
    }),
  );
  const groups = [...byBucket.values()];
  return connected.flatMap((flags, i) => flags.map((place) => groups[i]?.[place - 1]?.user as number));
}

export interface InboxEntry {
  user: number;
  /** The event as JSON text. */
  event: string;
}
