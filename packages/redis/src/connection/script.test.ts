import type { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { createScript } from './script.ts';

const add = createScript('add', [
  'local function sum(a, b) return a + b end',
  'return sum(redis.call("INCR", KEYS[1]), ARGV[1])',
]);

onEachRedis((redis) => {
  const key = () => redis.connection.keys.rate('script', redis.newId());
  const flush = async () => {
    const { client } = redis.connection;
    const nodes = redis.connection.clustered ? (client as Cluster).nodes('master') : [client as Redis];
    await Promise.all(nodes.map((node) => node.script('FLUSH')));
  };

  describe('a script', () => {
    it('a script runs on a server that has not loaded it, even after SCRIPT FLUSH', async () => {
      const name = key();
      expect(await redis.connection.run(add, [name], [10])).toBe(11);
      expect(await redis.connection.run(add, [name], [10])).toBe(12);
      await flush();
      expect(await redis.connection.run(add, [name], [10])).toBe(13);
    });

    it('concurrent calls of a script run once each and in order when SCRIPT FLUSH interrupts them', async () => {
      const names = Array.from({ length: 8 }, key);
      await flush();
      const replies = await Promise.all(
        Array.from({ length: 80 }, (_, i) => redis.connection.run(add, [names[i % 8] as string], [0])),
      );
      expect(replies).toEqual(Array.from({ length: 80 }, (_, i) => Math.floor(i / 8) + 1));
    });

    it('a connection loads a script before its first call, so that no later call overtakes it', async () => {
      await flush();
      const refused = async () => {
        const { client } = redis.connection;
        const nodes = redis.connection.clustered ? (client as Cluster).nodes('master') : [client as Redis];
        const stats = await Promise.all(nodes.map((node) => node.info('errorstats')));
        return stats.reduce((sum, text) => sum + Number(/NOSCRIPT:count=(\d+)/.exec(text)?.[1] ?? 0), 0);
      };
      const before = await refused();
      const connection = await redis.open();
      for (let i = 0; i < 20; i += 1) await connection.run(add, [key()], [0]);
      expect(await refused()).toBe(before);
    });

    it('createScript identifies a script by its content, not by its name', async () => {
      const older = createScript('same', ['return 1']);
      const newer = createScript('same', ['return 2']);
      const name = key();
      const replies = await Promise.all(
        [older, newer, older].map((script) => redis.connection.run(script, [name], [])),
      );
      expect(replies).toEqual([1, 2, 1]);
    });

    it('a script that fails rejects with the reason and does not affect other calls', async () => {
      const name = key();
      const broken = createScript('broken', ['return redis.call("LPUSH", KEYS[1], "x")']);
      await redis.connection.client.set(name, 1);
      const [failed, fine] = await Promise.allSettled([
        redis.connection.run(broken, [name], []),
        redis.connection.run(add, [name], [0]),
      ]);
      expect(failed).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/WRONGTYPE/) } });
      expect(fine).toEqual({ status: 'fulfilled', value: 2 });
    });
  });
});
