import { setTimeout as delay } from 'node:timers/promises';
import { command } from '../system/redis-side.ts';
import type { Fault } from './fault.ts';

/** Kills the master, and later restarts it with the data on its disk. */
export const killRedis: Fault = {
  name: 'kill -9 and restart of Redis',
  weight: 2,
  takes: ['redis'],
  strike: async ({ system, scale }, random) => {
    const redis = system.pair;
    const ms = Math.round(random.whole(0, 6000) * scale);
    await redis.killMaster();
    await delay(ms);
    await redis.restartMaster();
    await redis.whole();
    return `away for ${ms} ms, then its replica followed again`;
  },
};

/** Kills the master and promotes its replica. */
export const failOver: Fault = {
  name: 'fail-over to the replica of Redis',
  weight: 2,
  takes: ['redis'],
  strike: async ({ system }, random) => {
    const redis = system.pair;
    const lag = random.pick([0, 5, 20, 100]);
    const [from, to] = [redis.master.port, redis.replica.port];
    await redis.failOver((port) => system.switchRedis(port), lag);
    await redis.whole();
    return `${from} died with ${lag} ms that its replica did not get, ${to} took over, ${from} followed it`;
  },
};

export const freezeRedis: Fault = {
  name: 'Redis or its replica frozen',
  weight: 2,
  takes: ['redis'],
  strike: async ({ system, scale }, random) => {
    const redis = system.pair;
    const [what, server] = random.chance(0.5) ? ['the master', redis.master] : ['the replica', redis.replica];
    const ms = Math.round(random.whole(1000, 12_000) * scale);
    process.kill(server.pid, 'SIGSTOP');
    await delay(ms);
    process.kill(server.pid, 'SIGCONT');
    await redis.whole();
    return `${what} for ${ms} ms`;
  },
};

/**
 * Limits the memory of Redis to little more than it uses, so that gateways must reject messages
 * before Redis is full. Senders must send them again when there is room.
 */
export const littleMemory: Fault = {
  name: 'memory of Redis nearly full',
  weight: 2,
  takes: ['redis'],
  strike: async ({ system, scale }, random) => {
    const { master } = system.pair;
    const ms = Math.round(random.whole(2000, 15_000) * scale);
    const share = random.pick([1.02, 1.06, 1.15]);
    const limit = await command(master, async (redis) => {
      const [, used = '0'] = /^used_memory:(\d+)/m.exec(await redis.info('memory')) ?? [];
      const bytes = Math.round(Number(used) * share);
      await redis.config('SET', 'maxmemory', bytes);
      return bytes;
    });
    await delay(ms);
    await command(master, (redis) => redis.config('SET', 'maxmemory', 0));
    return `${limit} bytes, ${share} of what it used, for ${ms} ms`;
  },
};
