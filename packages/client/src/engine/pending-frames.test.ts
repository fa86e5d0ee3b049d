import type { ClientFrame } from '@parley/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PendingFrames } from './pending-frames.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('the client reconnects when a frame gets no reply, and resends the frame only on the next connection', async () => {
  const sent: ClientFrame[] = [];
  const reconnect = vi.fn(() => pending.stop());
  const pending = new PendingFrames({ send: (frame) => sent.push(frame), backoff: { first: 1, most: 1 } }, reconnect);
  const frame = { type: 'send' as const, ref: 'r', to: 2, body: { type: 'text' as const, text: 'hello' } };
  pending.start();
  const reply = pending.request(frame);
  vi.advanceTimersByTime(40_000);
  expect([sent.length, reconnect.mock.calls.length]).toEqual([1, 1]);
  pending.start();
  expect(sent).toEqual([frame, frame]);
  pending.reply({ type: 'ack', ref: 'r', id: 5, date: 0 });
  expect(await reply).toMatchObject({ id: 5 });
  vi.advanceTimersByTime(100_000);
  expect([sent.length, reconnect.mock.calls.length]).toEqual([2, 1]);
});
