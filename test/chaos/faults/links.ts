import { setTimeout as delay } from 'node:timers/promises';
import type { Cable, Trouble } from '../network/cable.ts';
import type { Random } from '../random.ts';
import type { System } from '../system/system.ts';
import type { Fault } from './fault.ts';

/** Breaks all connections between two parts of the system at once. New connections succeed. */
export const cutLink: Fault = {
  name: 'a link cut',
  weight: 3,
  takes: ['links'],
  strike: async ({ system }, random) => {
    const cable = pickCable(system, random);
    const { connections } = cable;
    cable.cut();
    return `${cable.name}, ${Math.round(connections)} connections`;
  },
};

export const delayLink = disturbance(
  'a link delayed',
  (random) => ({ latency: random.whole(20, 400) }),
  [2000, 15_000],
);

export const throttleLink = disturbance(
  'a link throttled',
  (random) => ({ bytesPerSecond: random.whole(8, 64) * 1024 }),
  [2000, 12_000],
);

/**
 * Makes connections half-open: one side or both sides can send without an error, but their bytes do
 * not arrive.
 */
export const halfOpenLink = disturbance(
  'a link half open',
  (random) => ({ silent: random.pick(['up', 'down', 'both'] as const) }),
  [2000, 25_000],
);

export const refusedLink = disturbance('a link refused', () => ({ refuse: true }), [1000, 10_000]);

function disturbance(name: string, trouble: (random: Random) => Trouble, [least, most]: [number, number]): Fault {
  return {
    name,
    weight: 2,
    // Excludes Redis faults at the same time, because the link can be the one between replica and
    // master, which a fail-over needs.
    takes: ['links', 'redis'],
    strike: async ({ system, scale }, random) => {
      const cable = pickCable(system, random);
      const what = trouble(random);
      const ms = Math.round(random.whole(least, most) * scale);
      cable.disturb(what);
      await delay(ms);
      cable.disturb({});
      if (system.redis.cables.includes(cable)) await system.redis.whole();
      return `${cable.name}: ${JSON.stringify(what)} for ${ms} ms`;
    },
  };
}

/**
 * Returns a random proxy (`Cable`) between two parts. Leaves out those from gateways to PostgreSQL,
 * because gateways do not use PostgreSQL.
 */
function pickCable(system: System, random: Random): Cable {
  return random.pick(system.cables.filter(({ name }) => !/^gateway.*postgres$/.test(name)));
}
