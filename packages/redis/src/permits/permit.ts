import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './permit.lua';

const script = createScript('permit', [source]);

/** Returns the relation of `from` to a user or group, from the copy in Redis. */
export async function readPermit(redis: RedisConnection, from: number, to: number): Promise<Standing> {
  return (await run(redis, to, [from])) as Standing;
}

/**
 * Like `readPermit`, but returns `hidden` for a user who does not show `from` when they are online.
 */
export async function readPresencePermit(
  redis: RedisConnection,
  from: number,
  to: number,
): Promise<Standing | 'hidden'> {
  return (await run(redis, to, [from, 'presence'])) as Standing | 'hidden';
}

function run(redis: RedisConnection, to: number, args: (string | number)[]): Promise<unknown> {
  const { keys } = redis;
  return redis.run(script, [keys.copy(to), keys.contacts(to), keys.blocks(to), keys.members(to)], args);
}

/**
 * `unknown`: Redis has no copy, so request one from the recorder. `nobody`: no user or group has
 * this id.
 */
export type Standing = 'friend' | 'stranger' | 'blocked' | 'member' | 'not-member' | 'nobody' | 'unknown';
