import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLog } from './log.ts';

let lines: { level: string; msg: string; [field: string]: unknown }[];
let log: ReturnType<typeof createLog>;
beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  log = createLog({ name: 'api' }, { write: (line) => void lines.push(JSON.parse(line)) });
});
afterEach(() => vi.useRealTimers());

it('the log has one line when a fault begins, and one line with its count and duration when it ends', async () => {
  for (let i = 0; i < 100; i += 1) {
    log.warn({ err: new Error(`no ${i}`), connection: i }, 'frame failed');
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(lines).toMatchObject([{ msg: 'frame failed', connection: 0 }]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(lines.slice(1)).toMatchObject([
    { level: 'warn', msg: 'fault ended', fault: 'frame failed', times: 100, seconds: 99 },
  ]);
  log.warn({ err: new Error('again') }, 'frame failed');
  expect(lines).toHaveLength(3);
});

it('the log has no line for the end of a fault that occurred only once', async () => {
  log.error('once');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(lines).toHaveLength(1);
});

it('the log distinguishes faults of different subjects, and different program errors', () => {
  for (const endpoint of ['a', 'b', 'a']) log.warn({ endpoint }, 'claiming failed');
  for (const text of ['x is undefined', 'y is undefined', 'x is undefined'])
    log.error({ err: new TypeError(text) }, 'request failed');
  expect(lines).toHaveLength(4);
});

it('the log has ten lines of a repeated fault if the lines contain request ids', () => {
  for (let i = 0; i < 30; i += 1) log.error({ err: new Error('no'), requestId: `${i}` }, 'request failed');
  expect(lines).toHaveLength(10);
});

it('the log never drops lines that are not warnings or errors, nor fatal lines', () => {
  for (let i = 0; i < 5; i += 1) {
    log.info('signed in');
    log.fatal('cannot start');
  }
  expect(lines).toHaveLength(10);
});
