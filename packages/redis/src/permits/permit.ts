import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './permit.lua';

const script = createScript('permit', [source]);

/** Returns the relation of `from` to a user or group, from the copy in Redis. */
export async function readPermit(redis: RedisConnection, from: number, to: number): Promise<Standing> {
  const { keys } = redis;
  return (await redis.run(
    script,
    [keys.copy(to), keys.contacts(to), keys.blocks(to), keys.members(to)],
    [from],
  )) as Standing;
}

/**
 * `unknown`: Redis has no copy, so request one from the recorder. `nobody`: no user or group has
 * this id.
 */
export type Standing = 'friend' | 'stranger' | 'blocked' | 'member' | 'not-member' | 'nobody' | 'unknown';
