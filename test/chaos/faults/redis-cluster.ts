import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

/** How many buckets the services have unless told otherwise. */
const BUCKETS = 64;

/** Away for a moment, or for longer than the others wait until its replica takes over. */
export const killNode: Fault = {
  name: 'kill -9 and restart of a node of Redis',
  weight: 4,
  takes: ['redis'],
  strike: async ({ system, scale }, random) => {
    const { nodes: redis } = system;
    const node = random.pick(redis.nodes);
    const what = await redis.describe(node);
    const ms = Math.round(random.whole(0, 12_000) * scale);
    await node.kill();
    await delay(ms);
    await redis.restart(node);
    await redis.whole();
    return `${what}, for ${ms} ms; then it was ${await redis.describe(node)}`;
  },
};

export const freezeNode: Fault = {
  name: 'a node of Redis frozen',
  weight: 3,
  takes: ['redis'],
  strike: async ({ system, scale }, random) => {
    const { nodes: redis } = system;
    const node = random.pick(redis.nodes);
    const what = await redis.describe(node);
    const ms = Math.round(random.whole(1000, 12_000) * scale);
    process.kill(node.pid, 'SIGSTOP');
    await delay(ms);
    process.kill(node.pid, 'SIGCONT');
    await redis.whole();
    return `${what}, for ${ms} ms; then it was ${await redis.describe(node)}`;
  },
};

export const moveBuckets: Fault = {
  name: 'buckets moved to another master',
  weight: 3,
  takes: ['redis', 'links'],
  strike: async ({ system }, random) => {
    const { nodes: redis } = system;
    const to = random.pick(await redis.masters());
    const buckets = random
      .shuffle(Array.from({ length: BUCKETS }, (_, bucket) => bucket))
      .slice(0, random.whole(1, 12));
    await redis.move(buckets, to);
    await redis.whole();
    return `${buckets.join(', ')} to ${await redis.describe(to)}`;
  },
};
