import { type FrameOf, parseCursor } from '@parley/protocol';
import { acknowledge } from '@parley/redis';
import type { CommandDeps } from './command.ts';
import type { FrameSender } from './frame-sender.ts';
import { Refusal } from './refusal.ts';

/**
 * Stores the position up to which a device has received events. If the device connects without a
 * cursor, it resumes after that position.
 */
export async function received(deps: CommandDeps, sender: FrameSender, frame: FrameOf<'received'>): Promise<undefined> {
  const cursor = parseCursor(frame.cursor);
  if (!cursor) throw new Refusal('bad-frame', 'cursor: This is not a valid cursor.');
  const sent = sender.connection?.cursor;
  if (sent && (cursor.epoch !== sent.epoch || cursor.offset > sent.offset)) {
    throw notSent();
  }
  const relay = deps.config.history === 'relay';
  if (!(await acknowledge(deps.redis, sender.user.id, sender.device, cursor, { relay }))) throw notSent();
}

function notSent(): Refusal {
  return new Refusal('bad-frame', 'cursor: The inbox has not reached this cursor.');
}
