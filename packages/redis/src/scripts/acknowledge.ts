import type { Cursor } from '@parley/protocol';
import type { RedisConnection } from '../link.ts';
import { createScript } from '../script.ts';
import source from './acknowledge.lua';

const script = createScript('acknowledge', [source]);

/** Devices of a user whose cursors are kept. */
const DEVICES = 64;

/**
 * Notes how far a device has everything: where it resumes when it comes without a cursor. A step back is ignored. In relay mode
 * what every known device has is removed from the inbox.
 */
export async function acknowledge(
  link: RedisConnection,
  user: number,
  device: string,
  cursor: Cursor,
  { relay = false }: { relay?: boolean } = {},
): Promise<void> {
  const names = [link.keys.cursors(user), link.keys.inbox(user)];
  await link.run(script, names, [device, cursor.epoch, cursor.offset, link.inboxTtl, DEVICES, relay ? 1 : 0]);
}
