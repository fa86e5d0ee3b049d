import { createMetrics } from '@parley/service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AdmissionControl } from './admission-control.ts';

/** Duration of a command to Redis, in ms. */
let slow: number;
let commands: number;
let admission: AdmissionControl;
beforeEach(() => {
  vi.useFakeTimers();
  slow = 1;
  commands = 0;
  const sendCommand = () => {
    commands += 1;
    return new Promise((resolve) => setTimeout(resolve, slow));
  };
  admission = new AdmissionControl(createMetrics('gateway'), {
    maxFrames: 1000,
    maxOpenings: 2,
    maxWait: 250,
    isServing: () => true,
    sendCommand,
  });
});
afterEach(() => {
  admission.stop();
  vi.useRealTimers();
});

const [FLOODER, BYSTANDER] = [1, 2];

/** Admits frames of one user until the limit is reached. Returns their number. */
const fill = () => {
  let taken = 0;
  let slot = admission.admit(FLOODER);
  for (; slot === 'open'; slot = admission.admit(FLOODER)) taken += 1;
  if (slot) admission.release(slot);
  return taken;
};
const finish = (frames: number) => {
  for (let i = 0; i < frames; i += 1) admission.release('open');
};
/** Sends frames of a user beyond the limit. Returns the number of admitted frames. */
const beyond = (user: number, frames: number) => {
  const slots = Array.from({ length: frames }, () => admission.admit(user)).filter((slot) => slot !== undefined);
  expect(new Set(slots).size).toBeLessThanOrEqual(1);
  expect(slots).not.toContain('open');
  return slots.length;
};

describe('AdmissionControl', () => {
  it('an idle gateway measures Redis with one command per second; a gateway with frames in flight sends one every 100 ms', async () => {
    await vi.advanceTimersByTimeAsync(5000);
    expect(commands).toBe(5);
    admission.admit(BYSTANDER);
    await vi.advanceTimersByTimeAsync(1000);
    expect(commands).toBe(15);
  });

  it('admission control admits frames up to the limit, and as many more as have finished', async () => {
    expect(fill()).toBe(1000);
    finish(10);
    expect(fill()).toBe(10);
  });

  it('admission control admits users within their fair share from the reserve, and rejects a user who floods', async () => {
    fill();
    expect(beyond(FLOODER, 1000)).toBeLessThan(5);
    expect(beyond(BYSTANDER, 2)).toBe(2);
    for (let i = 0; i < 10; i += 1) {
      await vi.advanceTimersByTimeAsync(100);
      expect(beyond(FLOODER, 1000)).toBe(0);
    }
    expect(beyond(BYSTANDER, 2)).toBe(2);
    expect(admission.rejected).toBeGreaterThan(10_000);
  });

  it('admission control admits no more frames than the reserve holds, even if every user stays within the fair share', async () => {
    fill();
    let taken = 0;
    for (let user = 10; user < 1000; user += 1) taken += beyond(user, 1);
    expect(taken).toBe(250);
    for (let i = 0; i < taken; i += 1) admission.release('reserved');
    expect(beyond(BYSTANDER, 1)).toBe(1);
  });

  it('admission control keeps the reserve when its limit falls below the number of frames in flight', async () => {
    fill();
    slow = 2000;
    await vi.advanceTimersByTimeAsync(2000);
    expect(beyond(FLOODER, 10)).toBe(4);
    expect(beyond(BYSTANDER, 2)).toBe(2);
  });

  it('admission control lowers its limit while commands to Redis are slow, and raises the limit when they are fast again', async () => {
    fill();
    slow = 400;
    await vi.advanceTimersByTimeAsync(500);
    finish(500);
    expect(fill()).toBe(0);
    finish(500);
    const fewer = fill();
    expect(fewer).toBeLessThan(700);
    await vi.advanceTimersByTimeAsync(5000);
    finish(fewer);
    expect(fill()).toBe(64);
    slow = 1;
    await vi.advanceTimersByTimeAsync(5000);
    finish(64);
    expect(fill()).toBe(1000);
  });

  it('admission control lowers its limit to the number of frames that finish within the maximum wait', async () => {
    let taken = fill();
    slow = 2000;
    // 40 frames finish in each 100 ms, which is 100 in 250 ms.
    for (let i = 0; i < 6; i += 1) {
      await vi.advanceTimersByTimeAsync(100);
      finish(40);
      taken += fill() - 40;
    }
    finish(taken);
    expect(fill()).toBeLessThanOrEqual(100);
  });

  it('admission control rejects a connection when the maximum number of connections is being opened', async () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    admission.trackOpening(opened);
    expect(admission.admitConnection()).toBe(true);
    admission.trackOpening(opened);
    expect(admission.admitConnection()).toBe(false);
    open();
    await vi.advanceTimersByTimeAsync(0);
    expect(admission.admitConnection()).toBe(true);
  });

  it('admission control returns random retry times, so that rejected clients do not retry together', () => {
    const times = Array.from({ length: 50 }, () => admission.retryAfter);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1000);
    expect(new Set(times).size).toBeGreaterThan(10);
  });
});
