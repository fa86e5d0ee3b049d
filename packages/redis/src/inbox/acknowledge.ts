import type { Cursor } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './acknowledge.lua';

const script = createScript('acknowledge', [source]);

/** Devices of a user whose cursors are kept. */
const DEVICES = 64;

/**
 * Notes how far a device has everything: where it resumes when it comes without a cursor. A step
 * back is ignored. In relay mode what every known device has is removed from the inbox.
 */
export async function acknowledge(
  redis: RedisConnection,
  user: number,
  device: string,
  cursor: Cursor,
  { relay = false }: { relay?: boolean } = {},
): Promise<void> {
  const names = [redis.keys.cursors(user), redis.keys.inbox(user)];
  await redis.run(script, names, [device, cursor.epoch, cursor.offset, redis.inboxTtl, DEVICES, relay ? 1 : 0]);
}
