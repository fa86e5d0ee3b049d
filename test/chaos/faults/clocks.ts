import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

/** Maximum number of seconds by which a clock is set ahead or behind. */
const FAR = 120;

/** Ms after which every process has noticed that its clock was set. */
const NOTICE = 2000;

/**
 * Sets the wall clocks of one, some or all processes ahead or behind, then to another wrong time,
 * and finally to the real time.
 */
export const stepClocks: Fault = {
  name: 'clocks set ahead or behind',
  weight: 3,
  takes: ['clocks'],
  impossible: ({ machine }) => machine.noClocks,
  strike: async ({ system, scale }, random) => {
    const all = system.machine.clocks;
    const redis = all.filter(({ name }) => name.startsWith('redis'));
    const chosen = random.pick([all, redis, [random.pick(redis)], [random.pick(all)], random.shuffle(all).slice(0, 3)]);
    const steps = [random.whole(-FAR, FAR), random.whole(-FAR, FAR)];
    const set = async (seconds: number) => {
      await Promise.all(chosen.map((clock) => clock.set(seconds)));
      await delay(NOTICE + random.whole(0, 10_000) * scale);
    };
    try {
      for (const seconds of steps) await set(seconds);
    } finally {
      await set(0);
    }
    const whose = chosen.length === all.length ? 'all' : chosen.map(({ name }) => name).join(', ');
    return `${whose}: ${steps.map((seconds) => `${seconds > 0 ? '+' : ''}${seconds} s`).join(', then ')}, then right`;
  },
};
