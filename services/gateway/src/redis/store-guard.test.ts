import { createMetrics } from '@parley/service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoreGuard, type StoreGuardDeps } from './store-guard.ts';

type Status = Awaited<ReturnType<StoreGuardDeps['readStatus']>>;

let status: Status;
let backlog: number;
let compare: boolean;
let old: boolean;
let lost: boolean;
let mismatches: string[];
let guard: StoreGuard;
beforeEach(() => {
  vi.useFakeTimers();
  [status, backlog, compare, old, lost, mismatches] = [{ ok: true }, 0, false, false, false, []];
  guard = new StoreGuard(
    {
      readStatus: async () => status,
      mustCompare: async () => compare,
      readBacklog: async () => backlog,
      hasOldRecorder: async () => old,
      lostRefs: async () => lost,
      lostAllRefs: () => false,
      mismatch: (reason) => mismatches.push(reason),
    },
    1000,
    createMetrics('gateway'),
  );
});
afterEach(() => vi.useRealTimers());

const watch = { type: 'watch' as const, users: [5] };
const send = { type: 'send', ref: 'r', to: 5, body: { type: 'text', text: 'hi' } } as const;

describe('the store guard', () => {
  it('after a restore, the store guard reads whether Redis lost idempotency keys before it admits clients again', async () => {
    status = { ok: false, reason: 'PostgreSQL is older than Redis' };
    await guard.start();
    expect([guard.serving, guard.refsLost]).toEqual([false, false]);
    [status, lost] = [{ ok: true }, true];
    await vi.advanceTimersByTimeAsync(1000);
    expect([guard.serving, guard.refsLost]).toEqual([true, true]);
  });

  it('the store guard rejects all frames while Redis and PostgreSQL are restored from different points in time', async () => {
    await guard.start();
    expect(guard.serving).toBe(true);
    status = { ok: false, reason: 'PostgreSQL is older than Redis' };
    await vi.advanceTimersByTimeAsync(1000);
    expect(guard.serving).toBe(false);
    expect(guard.reasons).toEqual(mismatches);
    expect(guard.refuse(watch)).toMatchObject({ retryAfter: 5000 });
    status = undefined;
    await vi.advanceTimersByTimeAsync(5000);
    expect(guard.serving).toBe(false);
    status = { ok: true };
    await vi.advanceTimersByTimeAsync(1000);
    expect([guard.serving, guard.refuse(send)]).toEqual([true, undefined]);
    await guard.stop();
  });

  it('the store guard rejects messages and changes above RECORD_BACKLOG, until the backlog falls below 90 % of the limit', async () => {
    await guard.start();
    for (const [bytes, refused] of [
      [999, false],
      [1000, true],
      [950, true],
      [899, false],
      [950, false],
    ] as const) {
      backlog = bytes;
      await vi.advanceTimersByTimeAsync(1000);
      expect([bytes, guard.refuse(send) !== undefined]).toEqual([bytes, refused]);
      expect(guard.refuse(watch)).toBeUndefined();
      expect(guard.backlog).toBe(bytes);
    }
    await guard.stop();
  });

  it('the store guard rejects data that a recorder of the previous release would not store', async () => {
    await guard.start();
    expect([guard.refuse({ ...send, custom: { a: 1 } }), guard.refuseNew()]).toEqual([undefined, undefined]);
    old = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect(guard.refuse({ ...send, custom: { a: 1 } })).toMatchObject({ retryAfter: 5000 });
    expect(guard.refuse(send)).toBeUndefined();
    expect(guard.refuseNew()).toBeDefined();
    await guard.stop();
  });

  it('a starting store guard waits for the comparison of Redis with PostgreSQL for at most 5 s', async () => {
    compare = true;
    let started = false;
    const start = guard.start().then(() => {
      started = true;
    });
    await vi.advanceTimersByTimeAsync(4000);
    expect(started).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    await start;
    expect(guard.serving).toBe(true);
    await guard.stop();
  });
});
