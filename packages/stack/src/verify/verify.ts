import { setTimeout as delay } from 'node:timers/promises';
import {
  findUnrecorded,
  openDatabase,
  openPool,
  type Pool,
  type Result,
  readInstallation,
  recentUsers,
  verifyDatabase,
} from '@parley/database';
import { connectRedis, type InboxMessage, inspectInbox, type RedisConnection, readMarks } from '@parley/redis';
import { compareStores } from '@parley/service';

/** Examples per check. */
const EXAMPLES = 5;

/**
 * Ms within which the recorder must write a message to PostgreSQL. Afterwards, the message counts
 * as missing there. The time starts over while the record streams, from which the recorder reads,
 * are long.
 */
const RECORD_TIMEOUT_MS = 10_000;

/**
 * Checks the data of a running system without its clients: PostgreSQL, the inboxes in Redis, and
 * whether both match. Changes nothing.
 */
export async function verify({ databaseUrl, redisUrl, buckets, users }: VerifyOptions): Promise<Result[]> {
  const pool = openPool({ url: databaseUrl, name: 'parley-verify', maxConnections: 2 });
  const link =
    redisUrl === undefined ? undefined : await connectRedis({ url: redisUrl, name: 'parley-verify', buckets });
  try {
    const results = await verifyDatabase(pool);
    if (!link) return results;
    return [...results, await verifyStores(link, databaseUrl), ...(await verifyRedis(link, pool, users))];
  } finally {
    await Promise.all([pool.end(), link?.close()]);
  }
}

/** Checks that neither Redis nor PostgreSQL was restored without the other. */
async function verifyStores(redis: RedisConnection, url: string): Promise<Result> {
  await using db = openDatabase({ url, name: 'parley-verify', maxConnections: 1 });
  // Reads Redis before PostgreSQL. Each change increments PostgreSQL's mark first, so in the other
  // order Redis could appear to be ahead.
  const marks = await readMarks(redis);
  const found = compareStores(await readInstallation(db), marks);
  const faults = found.state === 'mismatch' ? [found.reason] : [];
  return result('stores', 'Redis and PostgreSQL belong together', faults);
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
      'messages in inboxes are recorded',
      unrecorded.map(({ user, conversation, id }) => `message ${id} of ${conversation} is not in the copy of ${user}`),
    ),
    result(
      'dead',
      'the recorder moved no entry to the dead entries',
      dead.flatMap((length, bucket) => (length > 0 ? [`${length} entries in ${link.keys.recordDead(bucket)}`] : [])),
    ),
  ];
}

/**
 * Returns the messages that are still missing in PostgreSQL after a while. The recorder needs some
 * time for messages in flight, and more time if PostgreSQL was unavailable.
 */
async function stillMissing(link: RedisConnection, pool: Pool, messages: InboxMessage[]): Promise<InboxMessage[]> {
  let missing = messages;
  let deadline = performance.now() + RECORD_TIMEOUT_MS;
  while (missing.length > 0 && performance.now() < deadline) {
    const waiting = await lengths(link, (bucket) => link.keys.record(bucket));
    if (waiting.some((length) => length > 1000)) deadline = performance.now() + RECORD_TIMEOUT_MS;
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

/** Options that describe the system to check. */
export interface VerifyOptions {
  databaseUrl: string;
  /** URL of Redis. Default: only PostgreSQL is checked. */
  redisUrl?: string | undefined;
  /** As in the services. */
  buckets: number;
  /** Number of users whose inboxes are checked. The users with the newest changes are selected. */
  users: number;
}
