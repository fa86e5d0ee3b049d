import { Cluster, type Redis } from 'ioredis';
import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Matches the keys of data that Redis copies from PostgreSQL, and of inboxes with their cursors and
 * refs.
 */
const COPIES =
  /^\{\d+\}:(?:inbox|cursors|recalled|contacts|blocks|hidden|members|floors|mutes|copy|profile|external|facts|refs|pins):/;

/**
 * Matches the keys of streams that are not complete, and of events that wait for delivery to other
 * buckets.
 */
const UNFINISHED = /^\{\d+\}:(?:forwards$|streams$|stream:|stream-texts:|open-streams:)/;

/** Keys of a scan. */
const PAGE = 1000;

/** Returns the users who have an inbox. */
export async function inboxOwners(redis: RedisConnection): Promise<number[]> {
  const owners: number[] = [];
  await scan(redis, async (_, names) => {
    for (const name of names) {
      const owner = /^\{\d+\}:inbox:(\d+)$/.exec(name)?.[1];
      if (owner !== undefined) owners.push(Number(owner));
    }
  });
  return owners;
}

/**
 * Deletes all inboxes, cursors, permits, profiles and external ids. Gateways request new copies
 * when they need them. A deleted inbox gets a new epoch with its next event. Idempotent.
 */
export async function forgetCopies(redis: RedisConnection): Promise<void> {
  await unlinkAll(redis, COPIES);
}

/**
 * Deletes all streams that are not complete, and all events that wait for delivery to other
 * buckets. After that, an append to a deleted stream is rejected as `stream-ended`. Needed after
 * Redis was restored from a backup: a restored stream would end by itself, and its old text would
 * replace the newer final text in PostgreSQL.
 */
export async function forgetUnfinished(redis: RedisConnection): Promise<void> {
  await unlinkAll(redis, UNFINISHED);
}

async function unlinkAll(redis: RedisConnection, keys: RegExp): Promise<void> {
  await scan(redis, async (server, names) => {
    // Sends one command per key, because the keys of a master are in several cluster slots.
    await Promise.all(names.filter((name) => keys.test(name)).map((name) => server.unlink(name)));
  });
}

async function scan({ client }: RedisConnection, visit: (server: Redis, names: string[]) => Promise<void>) {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  for (const server of servers) {
    for await (const names of server.scanStream({ count: PAGE })) await visit(server, names as string[]);
  }
}
