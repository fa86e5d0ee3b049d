import type { Ack } from '@parley/protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { applyChange } from '../state/apply-change.ts';
import { createState } from '../state/state.ts';
import type { AckedFrame } from './context.ts';
import { MarkSender } from './mark-sender.ts';

describe('MarkSender', () => {
  it('while a delivery receipt is in flight, the client collects further ones for the chat and then sends only the last one', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const state = createState(1, 10);
    const sent: AckedFrame[] = [];
    let reply: (ack: Ack) => void = () => {};
    const marks = new MarkSender({
      state,
      change: (change) => applyChange(state, change),
      request: (frame) => {
        sent.push(frame);
        return new Promise((resolve) => {
          reply = resolve;
        });
      },
    });
    const deliver = (id: number) => {
      applyChange(state, { type: 'marked', chat: 2, mark: { delivered: id }, settled: false });
      marks.start();
    };
    deliver(10);
    await vi.runAllTimersAsync();
    expect(sent).toHaveLength(1);
    for (let id = 11; id <= 20; id += 1) deliver(id);
    await vi.runAllTimersAsync();
    expect(sent).toHaveLength(1);
    reply({ type: 'ack', ref: 'a' });
    await vi.runAllTimersAsync();
    expect(sent.map((frame) => 'delivered' in frame && frame.delivered)).toEqual([10, 20]);
    reply({ type: 'ack', ref: 'b' });
    await vi.runAllTimersAsync();
    expect(state.marks.size).toBe(0);
  });

  it.each([
    ['a read mark includes the delivered mark', {}, ['read']],
    ['a delivered mark follows a read mark that the peer does not get', { private: true }, ['read', 'delivered']],
  ] as const)('%s', async (_, reply, kinds) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const state = createState(1, 10);
    const sent: AckedFrame[] = [];
    const marks = new MarkSender({
      state,
      change: (change) => applyChange(state, change),
      request: async (frame) => {
        sent.push(frame);
        return { type: 'ack', ref: 'a', ...('read' in frame && reply) };
      },
    });
    for (const mark of [{ read: 10 }, { delivered: 10 }])
      applyChange(state, { type: 'marked', chat: 2, mark, settled: false });
    marks.start();
    await vi.runAllTimersAsync();
    expect(sent).toEqual(kinds.map((kind) => ({ type: 'mark', chat: 2, [kind]: 10 })));
    expect(state.marks.size).toBe(0);
  });
});
