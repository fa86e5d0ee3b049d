import { freePort, type RedisServer, startRedis, startRedisCluster, waitFor } from '@parley/stack';
import type { Cluster } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { connectRedis, type RedisConnection } from './link.ts';
import { accept } from './scripts/accept.ts';
import { append } from './scripts/append.ts';
import { raiseFence } from './scripts/raise-fence.ts';
import { recover } from './scripts/recover.ts';
import { takeTokens } from './scripts/take.ts';
import { onEachRedis } from './test/each-redis.ts';
import { readInbox } from './test/inbox.ts';
import { masterOf } from './test/listen.ts';
import { moveBucket } from './test/move-bucket.ts';

const opened: RedisConnection[] = [];
const open = async (url: string) => {
  const link = await connectRedis({ url });
  opened.push(link);
  return link;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((link) => link.close()));
});

/** Whether Redis takes a write for the bucket, answered within two seconds. */
const takes = async (link: RedisConnection, bucket: number) => {
  const key = `{${bucket}}:test`;
  const answer = link.client.incr(key).then(
    () => true,
    () => false,
  );
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('the command was not answered')), 2000).unref();
  });
  return Promise.race([answer, late]);
};
const untilItTakes = (link: RedisConnection, bucket: number) => waitFor(() => takes(link, bucket), { timeout: 15_000 });

describe('opening', () => {
  it.each(['redis://parley:secret@127.0.0.1:PORT', 'redis://:secret@127.0.0.1:PORT,redis://:secret@127.0.0.1:PORT'])(
    'a link to %s, where nothing listens, rejects with the address and without the password',
    async (template) => {
      const url = template.replaceAll('PORT', String(await freePort()));
      const error: Error = await connectRedis({ url }).then(
        () => expect.unreachable(),
        (reason) => reason,
      );
      expect(error.message).toContain('Redis does not answer at redis://127.0.0.1:');
      expect(error.message).not.toContain('secret');
      expect(error.cause).toBeInstanceOf(Error);
    },
  );

  it('signs in with the password of the address, and rejects with a wrong one', async () => {
    await using server = await startRedis({ args: ['--requirepass', 'p@ss/word'] });
    const link = await connectRedis({ url: `redis://:p%40ss%2Fword@127.0.0.1:${server.port}` });
    expect(await takes(link, 0)).toBe(true);
    await link.close();
    await expect(connectRedis({ url: `redis://:wrong@127.0.0.1:${server.port}` })).rejects.toThrow(/does not answer/);
    await expect(connectRedis({ url: server.url })).rejects.toThrow(/does not answer/);
  });
});

onEachRedis((redis) => {
  it('closing waits for the scripts under way', async () => {
    const link = await connectRedis({ url: redis.url });
    const under = Array.from({ length: 100 }, () => append(link, [{ user: redis.newId(), event: '1' }]));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await link.close();
    expect(await Promise.allSettled(under)).not.toContainEqual(expect.objectContaining({ status: 'rejected' }));
    await expect(append(link, [{ user: redis.newId(), event: '2' }])).rejects.toThrow();
  });
});

describe('while Redis is away', () => {
  it('commands reject, and pass again when it is back with its data', async () => {
    await using server = await startRedis();
    const link = await open(server.url);
    await append(link, [{ user: 5, event: '1' }]);
    await server.kill();
    expect(await takes(link, 0)).toBe(false);
    await expect(append(link, [{ user: 5, event: '2' }])).rejects.toThrow();
    await server.restart();
    await untilItTakes(link, 0);
    await waitFor(() => append(link, [{ user: 5, event: '3' }]).then(() => true));
    expect((await readInbox(link, 5)).map(({ text }) => text)).toEqual(['1', '3']);
  });

  it('all that scripts wrote is as it was after a crash, times to live included', async () => {
    await using server = await startRedis();
    const link = await open(server.url);
    for (let i = 0; i < 250; i += 1) {
      const message = { from: 5 + (i % 2), to: 6 - (i % 2), ref: `${i}`, body: '{}', record: true };
      await accept({ ...link, inboxLength: 100 }, message);
    }
    await recover(link, 7, 'latest', { device: 'phone', limit: 1 });
    await raiseFence(link, 5, 's');
    await takeTokens(link, 'send', 5, { perSecond: 1e-3, burst: 5 });
    const state = async () => {
      // It says which server this is, and after a crash it is another.
      const names = (await link.client.keys('*')).filter((name) => name !== link.keys.server(0)).sort();
      const types = await Promise.all(names.map((name) => link.client.type(name)));
      const contents = names.map((name, i) => {
        if (types[i] === 'stream') return link.client.xrange(name, '-', '+');
        return types[i] === 'zset' ? link.client.zrange(name, '0', '-1', 'WITHSCORES') : link.client.get(name);
      });
      const ends = names.map((name) => link.client.pexpiretime(name));
      const last = await link.client.xinfo('STREAM', link.keys.inbox(7));
      return { names, contents: await Promise.all(contents), ends: await Promise.all(ends), last: String(last) };
    };
    const before = await state();
    expect(before.names.length).toBeGreaterThan(6);
    await server.kill();
    await server.restart();
    await untilItTakes(link, 0);
    await link.client.del('{0}:test');
    expect(await state()).toEqual(before);
  });

  it('commands under way reject', async () => {
    await using server = await startRedis();
    const link = await open(server.url);
    await takes(link, 0);
    process.kill(server.pid, 'SIGSTOP');
    const stuck = append(link, [{ user: 5, event: '1' }]);
    stuck.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    await server.kill();
    await expect(stuck).rejects.toThrow();
  });

  it('commands to one that is hung reject when the link is reset, and pass when it is well again', async () => {
    await using server = await startRedis();
    const link = await open(server.url);
    await takes(link, 0);
    process.kill(server.pid, 'SIGSTOP');
    const stuck = append(link, [{ user: 5, event: '1' }]);
    stuck.catch(() => {});
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    link.reset();
    await expect(stuck).rejects.toThrow();
    process.kill(server.pid, 'SIGCONT');
    await untilItTakes(link, 0);
  });
});

describe('in a Redis Cluster', () => {
  const ownerOf = (link: RedisConnection, nodes: RedisServer[], bucket: number) => {
    const place = masterOf(link.client as Cluster, `{${bucket}}`);
    return nodes.find(({ port }) => place.endsWith(`:${port}`)) as RedisServer;
  };

  it('commands for a master that is away reject, and pass again when it is back', async () => {
    await using cluster = await startRedisCluster();
    const link = await open(cluster.url);
    const away = ownerOf(link, cluster.nodes, 0);
    await takes(link, 0);
    await away.kill();
    expect(await takes(link, 0)).toBe(false);
    expect(await takes(link, 0)).toBe(false);
    await away.restart();
    for (let bucket = 0; bucket < 64; bucket += 1) await untilItTakes(link, bucket);
  });

  it('a bucket is found again that moves to another master while others go on', async () => {
    await using cluster = await startRedisCluster();
    const link = await open(cluster.url);
    const from = ownerOf(link, cluster.nodes, 0);
    const beside = Array.from({ length: 63 }, (_, i) => i + 1).find(
      (bucket) => ownerOf(link, cluster.nodes, bucket) === from,
    ) as number;
    const write = (event: string) => Promise.all([64, 64 + beside].map((user) => append(link, [{ user, event }])));
    await append(link, [{ user: 64 + beside, event: '1' }]);

    await moveBucket(link.client as Cluster, 0);
    // Both in one pipeline: one is told that it moved, the other is not.
    await write('2');
    await write('3');
    expect((await readInbox(link, 64)).map(({ text }) => text)).toEqual(['2', '3']);
    expect((await readInbox(link, 64 + beside)).map(({ text }) => text)).toEqual(['1', '2', '3']);
  });
});
