import { setTimeout as delay } from 'node:timers/promises';
import { findUnrecorded, openPool, type Pool, type Result, recentUsers, verifyDatabase } from '@parley/database';
import { connectRedis, type InboxMessage, inspectInbox, type RedisConnection } from '@parley/redis';

/** Faults of one kind that are named. */
const EXAMPLES = 5;

/**
 * Ms that a message gets from Redis to PostgreSQL before it counts as not recorded, when nothing
 * waits in the record streams.
 */
const PATIENCE = 10_000;

/**
 * Looks whether a system that runs has kept its promises, as far as that can be told without asking
 * clients: PostgreSQL by itself, the inboxes in Redis by themselves, and one held against the
 * other. Changes nothing.
 */
export async function verify({ databaseUrl, redisUrl, buckets, users }: VerifyOptions): Promise<Result[]> {
  const pool = openPool({ url: databaseUrl, name: 'parley-verify', maxConnections: 2 });
  const link =
    redisUrl === undefined ? undefined : await connectRedis({ url: redisUrl, name: 'parley-verify', buckets });
  try {
    const results = await verifyDatabase(pool);
    return link ? [...results, ...(await verifyRedis(link, pool, users))] : results;
  } finally {
    await Promise.all([pool.end(), link?.close()]);
  }
}

async function verifyRedis(link: RedisConnection, pool: Pool, count: number): Promise<Result[]> {
  const faults: string[] = [];
  const missing: InboxMessage[] = [];
  for (const user of await recentUsers(pool, count)) {
    const inbox = await inspectInbox(link, user);
    faults.push(...inbox.faults);
    missing.push(...(await findUnrecorded(pool, inbox.messages)));
  }
  const unrecorded = await stillMissing(link, pool, missing);
  const dead = await lengths(link, (bucket) => link.keys.recordDead(bucket));
  return [
    result('inboxes', 'inboxes have no gap, and messages of a conversation are in order', faults),
    result(
      'recorded',
      'what users were told is recorded',
      unrecorded.map(({ user, conversation, id }) => `message ${id} of ${conversation} is not in the copy of ${user}`),
    ),
    result(
      'dead',
      'nothing was given up by the recorder',
      dead.flatMap((length, bucket) => (length > 0 ? [`${length} entries in ${link.keys.recordDead(bucket)}`] : [])),
    ),
  ];
}

/** What was accepted a moment ago may be under way, for long when PostgreSQL was away. */
async function stillMissing(link: RedisConnection, pool: Pool, messages: InboxMessage[]): Promise<InboxMessage[]> {
  let missing = messages;
  let deadline = performance.now() + PATIENCE;
  while (missing.length > 0 && performance.now() < deadline) {
    const waiting = await lengths(link, (bucket) => link.keys.record(bucket));
    if (waiting.some((length) => length > 1000)) deadline = performance.now() + PATIENCE;
    await delay(500);
    missing = await findUnrecorded(pool, missing);
  }
  return missing;
}

function lengths({ client, keys }: RedisConnection, key: (bucket: number) => string): Promise<number[]> {
  return Promise.all(Array.from({ length: keys.buckets }, (_, bucket) => client.xlen(key(bucket))));
}

function result(name: string, holds: string, faults: string[]): Result {
  return { name, holds, faults: faults.length, examples: faults.slice(0, EXAMPLES) };
}

/** What is to be looked at. */
export interface VerifyOptions {
  databaseUrl: string;
  /** Without it only PostgreSQL is looked at. */
  redisUrl?: string | undefined;
  /** As of the services. */
  buckets: number;
  /** Users whose inboxes are read: those whose chats changed last. */
  users: number;
}
