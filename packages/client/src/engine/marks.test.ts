import type { Ack } from '@parley/protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { State } from '../state/state.ts';
import { Marks } from './marks.ts';
import type { Askable } from './part.ts';

describe('marks', () => {
  it('do not pile up on a slow connection: of a chat only the last one follows the one under way', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const state = new State(1, 10);
    const asked: Askable[] = [];
    let reply: (ack: Ack) => void = () => {};
    const marks = new Marks({
      state,
      change: (change) => state.apply(change),
      ask: (frame) => {
        asked.push(frame);
        return new Promise((resolve) => {
          reply = resolve;
        });
      },
    });
    const deliver = (id: number) => {
      state.apply({ type: 'marked', chat: 2, mark: { delivered: id }, settled: false });
      marks.start();
    };
    deliver(10);
    await vi.runAllTimersAsync();
    expect(asked).toHaveLength(1);
    for (let id = 11; id <= 20; id += 1) deliver(id);
    await vi.runAllTimersAsync();
    expect(asked).toHaveLength(1);
    reply({ type: 'ack', ref: 'a' });
    await vi.runAllTimersAsync();
    expect(asked.map((frame) => 'delivered' in frame && frame.delivered)).toEqual([10, 20]);
    reply({ type: 'ack', ref: 'b' });
    await vi.runAllTimersAsync();
    expect(state.marks.size).toBe(0);
  });
});
