import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './permit.lua';

const script = createScript('permit', [source]);

/**
 * Returns the standing of the user `from` with a user or group (such as friend, blocked or member),
 * from the copy in Redis.
 */
export async function readPermit(redis: RedisConnection, from: number, to: number): Promise<Standing> {
  return (await run(redis, to, [from])) as Standing;
}

/**
 * Returns the standing of the user `from` with another user or a group, as `readPermit` does, and
 * what the other user hides from `from`.
 */
export async function readRelation(redis: RedisConnection, from: number, to: number): Promise<Relation> {
  const [standing, ...hidden] = (await run(redis, to, [from, 'private'])).split('.');
  return {
    standing: standing as Standing,
    ...(hidden.includes('presence') && { hidesPresence: true }),
    ...(hidden.includes('reads') && { hidesReads: true }),
  };
}

async function run(redis: RedisConnection, to: number, args: (string | number)[]): Promise<string> {
  const { keys } = redis;
  const names = [keys.copy(to), keys.contacts(to), keys.blocks(to), keys.members(to)];
  return (await redis.run(script, names, args)) as string;
}

/**
 * `unknown`: Redis has no copy, so the caller must request one from the recorder. `nobody`: no user
 * or group has this id.
 */
export type Standing = 'friend' | 'stranger' | 'blocked' | 'member' | 'not-member' | 'nobody' | 'unknown';

/** The relation of a user to another user or a group: the standing, and what is hidden. */
export interface Relation {
  readonly standing: Standing;
  /** Set if the other user hides their presence from this user. */
  readonly hidesPresence?: true;
  /** Set if the other user hides up to which message they have read. */
  readonly hidesReads?: true;
}
