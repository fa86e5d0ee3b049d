import type { ClientFrame } from '@parley/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Asking } from './asking.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('gives a connection up on which a frame gets no reply, and sends it again on the next one alone: it may have been accepted long ago', async () => {
  const sent: ClientFrame[] = [];
  const giveUp = vi.fn(() => asking.stop());
  const asking = new Asking({ send: (frame) => sent.push(frame), backoff: { first: 1, most: 1 } }, giveUp);
  const frame = { type: 'send' as const, ref: 'r', to: 2, body: { type: 'text' as const, text: 'hello' } };
  asking.start();
  const answer = asking.ask(frame);
  vi.advanceTimersByTime(40_000);
  expect([sent.length, giveUp.mock.calls.length]).toEqual([1, 1]);
  asking.start();
  expect(sent).toEqual([frame, frame]);
  asking.reply({ type: 'ack', ref: 'r', id: 5, date: 0 });
  expect(await answer).toMatchObject({ id: 5 });
  vi.advanceTimersByTime(100_000);
  expect([sent.length, giveUp.mock.calls.length]).toEqual([2, 1]);
});
