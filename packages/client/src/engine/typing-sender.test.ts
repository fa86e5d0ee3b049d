import type { ClientFrame } from '@parley/protocol';
import { expect, it, onTestFinished, vi } from 'vitest';
import { TypingSender } from './typing-sender.ts';

it('the typing sender throttles equal frames, sends a new state at once, and reports the end when the user is idle', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const sent: ClientFrame[] = [];
  const typing = new TypingSender({ send: (frame) => sent.push(frame) });
  typing.set(2, true);
  typing.set(2, true);
  typing.set(2, true, 'recording');
  typing.set(2, true, 'recording');
  vi.advanceTimersByTime(10_000);
  expect(sent).toEqual([
    { type: 'typing', chat: 2, active: true },
    { type: 'typing', chat: 2, active: true, state: 'recording' },
    { type: 'typing', chat: 2, active: false },
  ]);
});
