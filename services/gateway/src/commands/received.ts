import { type FrameOf, parseCursor } from '@parley/protocol';
import { acknowledge } from '@parley/redis';
import type { Gateway } from '../start-gateway.ts';
import type { Caller } from './frame-sender.ts';
import { Refusal } from './refusal.ts';

/** This device has everything up to here: where it resumes when it comes without a cursor. */
export async function received(gateway: Gateway, caller: Caller, frame: FrameOf<'received'>): Promise<undefined> {
  const cursor = parseCursor(frame.cursor);
  if (!cursor) throw new Refusal('bad-frame', 'cursor: Not a cursor');
  const sent = caller.cursor;
  if (sent && (cursor.epoch !== sent.epoch || cursor.offset > sent.offset)) {
    throw new Refusal('bad-frame', 'cursor: Nothing has been sent up to here');
  }
  await acknowledge(gateway.link, caller.user.id, caller.device, cursor, {
    relay: gateway.config.history === 'relay',
  });
}
