import { limits } from '@parley/protocol';
import { expect, it } from 'vitest';
import { SendWindow } from './send-window.ts';

it('the send window admits as many unacknowledged messages as the protocol allows, and another one when one ends', () => {
  const window = new SendWindow();
  for (let i = 0; i < limits.inFlight; i += 1) expect(window.begin()).toBe(true);
  expect(window.begin()).toBe(false);
  window.end();
  expect(window.begin()).toBe(true);
});

it('the send window starts messages in order, even after one of them has failed', async () => {
  const window = new SendWindow();
  const order: number[] = [];
  const work = (number: number, ms: number) => () =>
    new Promise<void>((resolve, reject) => {
      order.push(number);
      setTimeout(number === 2 ? reject : resolve, ms);
    });
  const all = [window.inTurn(work(1, 5)), window.inTurn(work(2, 0)), window.inTurn(work(3, 0))];
  expect([order, window.waiting]).toEqual([[1], true]);
  await Promise.allSettled(all);
  expect(order).toEqual([1, 2, 3]);
  await Promise.resolve();
  expect(window.waiting).toBe(false);
});

it("after a receiver's permissions have changed, the next message waits until all messages admitted before it have settled", async () => {
  const window = new SendWindow();
  expect([window.hasFence(7, 0), window.hasFence(7, 5)]).toEqual([true, false]);
  window.admit();
  window.admit();
  const steps: string[] = [];
  const waiting = window.waitForFence(7, 5).then(() => steps.push('fence'));
  window.settle();
  await Promise.resolve();
  steps.push('one');
  window.settle();
  await waiting;
  expect(steps).toEqual(['one', 'fence']);
  expect([window.hasFence(7, 5), window.hasFence(7, 0), window.hasFence(8, 0)]).toEqual([true, false, true]);
  await window.waitForFence(7, 5);
});
