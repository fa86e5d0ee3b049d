import type { Cursor } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import { lastRecordedUpTo } from '../messages/recorded-up-to.ts';
import source from './acknowledge.lua';
import inbox from './inbox.lua';

const script = createScript('acknowledge', [clock, inbox, source]);

/** Maximum number of a user's devices whose resume points are stored. */
const MAX_DEVICES = 64;

/** Seconds after which a device that acknowledged nothing no longer keeps events in the inbox. */
const DEVICE_TTL_S = 30 * 86_400;

/**
 * Number of newest events that stay in the inbox in mirror mode, even if every device has
 * acknowledged them.
 */
const TAIL = 64;

/**
 * Stores the resume point of a device: the cursor at which it continues if it connects without a
 * cursor. Ignores a cursor that is older than the stored one. Removes events that every known
 * device has acknowledged. In relay mode (PostgreSQL stores no messages), removes all of them. In
 * mirror mode, removes only those that are already in PostgreSQL, and never the newest 64. Resolves
 * with false, and stores nothing, if the cursor is after the last event of the inbox.
 */
export async function acknowledge(
  redis: RedisConnection,
  user: number,
  device: string,
  cursor: Cursor,
  { relay = false }: { relay?: boolean } = {},
): Promise<boolean> {
  const names = [redis.keys.cursors(user), redis.keys.inbox(user)];
  const mode = relay ? ['relay', 0, 0] : ['mirror', lastRecordedUpTo(redis), TAIL];
  const args = [device, cursor.epoch, cursor.offset, redis.inboxTtl, MAX_DEVICES, DEVICE_TTL_S, ...mode];
  return (await redis.run(script, names, args)) === 1;
}
