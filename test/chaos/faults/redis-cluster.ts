import { setTimeout as delay } from 'node:timers/promises';
import type { RedisServer } from '@parley/stack';
import type { RedisNodes } from '../system/redis-nodes.ts';
import type { Fault } from './fault.ts';

/** Number of buckets over which the services spread users by default. */
const BUCKETS = 64;

export const killNode = absence('kill -9 and restart of a node of Redis', {
  leave: (_, node) => node.kill(),
  comeBack: (redis, node) => redis.restart(node),
});

export const freezeNode = absence('a node of Redis frozen', {
  leave: async (_, node) => void process.kill(node.pid, 'SIGSTOP'),
  comeBack: async (_, node) => void process.kill(node.pid, 'SIGCONT'),
});

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

/**
 * Creates a fault that makes a node unavailable. If it lasts long enough, the node's replica takes
 * over.
 */
function absence(name: string, { leave, comeBack }: Absence): Fault {
  return {
    name,
    weight: 3,
    takes: ['redis'],
    strike: async ({ system, scale }, random) => {
      const { nodes: redis } = system;
      const node = random.pick(redis.nodes);
      const what = await redis.describe(node);
      const ms = Math.round(random.whole(0, 12_000) * scale);
      await leave(redis, node);
      await delay(ms);
      await comeBack(redis, node);
      await redis.whole();
      return `${what}, for ${ms} ms; then it was ${await redis.describe(node)}`;
    },
  };
}

interface Absence {
  leave(redis: RedisNodes, node: RedisServer): Promise<void>;
  comeBack(redis: RedisNodes, node: RedisServer): Promise<void>;
}
