import { freePort, type RedisServer, startRedis, startRedisCluster, waitFor } from '@parley/stack';
import { afterEach, describe, expect, it } from 'vitest';
import { append } from '../inbox/append.ts';
import { recover } from '../inbox/recover.ts';
import { accept } from '../messages/accept.ts';
import { takeTokens } from '../permits/take-tokens.ts';
import { raiseFence } from '../presence/raise-fence.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { readInbox } from '../test/inbox.ts';
import { moveBucket } from '../test/move-bucket.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';

const opened: RedisConnection[] = [];
const open = async (url: string) => {
  const connection = await connectRedis({ url });
  opened.push(connection);
  return connection;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((connection) => connection.close()));
});

/** Returns whether Redis accepts a write for the bucket within two seconds. */
const takes = async (connection: RedisConnection, bucket: number) => {
  const key = `{${bucket}}:test`;
  const answer = connection.client.incr(key).then(
    () => true,
    () => false,
  );
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('the command was not answered')), 2000).unref();
  });
  return Promise.race([answer, late]);
};
const untilItTakes = (connection: RedisConnection, bucket: number) =>
  waitFor(() => takes(connection, bucket), { timeout: 15_000 });

describe('opening', () => {
  it.each(['redis://parley:secret@127.0.0.1:PORT', 'redis://:secret@127.0.0.1:PORT,redis://:secret@127.0.0.1:PORT'])(
    'connectRedis rejects if nothing listens at %s, and the error contains the address without the password',
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

  it('the Redis connection signs in with the password of its address and rejects a wrong password', async () => {
    await using server = await startRedis({ args: ['--requirepass', 'p@ss/word'] });
    const connection = await connectRedis({ url: `redis://:p%40ss%2Fword@127.0.0.1:${server.port}` });
    expect(await takes(connection, 0)).toBe(true);
    await connection.close();
    await expect(connectRedis({ url: `redis://:wrong@127.0.0.1:${server.port}` })).rejects.toThrow(/does not answer/);
    await expect(connectRedis({ url: server.url })).rejects.toThrow(/does not answer/);
  });
});

onEachRedis((redis) => {
  it('closing the Redis connection waits for the scripts that are in flight', async () => {
    const connection = await connectRedis({ url: redis.url });
    const under = Array.from({ length: 100 }, () => append(connection, [{ user: redis.newId(), event: '1' }]));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await connection.close();
    expect(await Promise.allSettled(under)).not.toContainEqual(expect.objectContaining({ status: 'rejected' }));
    await expect(append(connection, [{ user: redis.newId(), event: '2' }])).rejects.toThrow();
  });
});

describe('while Redis is down', () => {
  it('the Redis connection rejects commands while Redis is down, and accepts them after Redis is back', async () => {
    await using server = await startRedis();
    const connection = await open(server.url);
    await append(connection, [{ user: 5, event: '1' }]);
    await server.kill();
    expect(await takes(connection, 0)).toBe(false);
    await expect(append(connection, [{ user: 5, event: '2' }])).rejects.toThrow();
    await server.restart();
    await untilItTakes(connection, 0);
    await waitFor(() => append(connection, [{ user: 5, event: '3' }]).then(() => true));
    expect((await readInbox(connection, 5)).map(({ text }) => text)).toEqual(['1', '3']);
  });

  it('after a crash, Redis still has all keys and expiry times that scripts had written', async () => {
    await using server = await startRedis();
    const connection = await open(server.url);
    for (let i = 0; i < 250; i += 1) {
      const message = { from: 5 + (i % 2), to: 6 - (i % 2), ref: `${i}`, body: '{}', record: true };
      await accept({ ...connection, inboxLength: 100 }, message);
    }
    await recover(connection, 7, 'latest', { device: 'phone', limit: 1 });
    await raiseFence(connection, 5, 's');
    await takeTokens(connection, 'send', 5, { perSecond: 1e-3, burst: 5 });
    const state = async () => {
      // This key contains the run of the server, which changes with a crash.
      const names = (await connection.client.keys('*')).filter((name) => name !== connection.keys.server(0)).sort();
      const types = await Promise.all(names.map((name) => connection.client.type(name)));
      const contents = names.map((name, i) => {
        if (types[i] === 'stream') return connection.client.xrange(name, '-', '+');
        if (types[i] === 'zset') return connection.client.zrange(name, '0', '-1', 'WITHSCORES');
        return types[i] === 'hash' ? connection.client.hgetall(name) : connection.client.get(name);
      });
      const ends = names.map((name) => connection.client.pexpiretime(name));
      const last = await connection.client.xinfo('STREAM', connection.keys.inbox(7));
      return { names, contents: await Promise.all(contents), ends: await Promise.all(ends), last: String(last) };
    };
    const before = await state();
    expect(before.names.length).toBeGreaterThan(6);
    await server.kill();
    await server.restart();
    await untilItTakes(connection, 0);
    await connection.client.del('{0}:test');
    expect(await state()).toEqual(before);
  });

  it('the Redis connection rejects the commands in flight when Redis is killed', async () => {
    await using server = await startRedis();
    const connection = await open(server.url);
    await takes(connection, 0);
    process.kill(server.pid, 'SIGSTOP');
    const stuck = append(connection, [{ user: 5, event: '1' }]);
    stuck.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    await server.kill();
    await expect(stuck).rejects.toThrow();
  });

  it('reset() rejects the commands in flight to a hung server, after which the Redis connection recovers', async () => {
    await using server = await startRedis();
    const connection = await open(server.url);
    await takes(connection, 0);
    process.kill(server.pid, 'SIGSTOP');
    const stuck = append(connection, [{ user: 5, event: '1' }]);
    stuck.catch(() => {});
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    connection.reset();
    await expect(stuck).rejects.toThrow();
    process.kill(server.pid, 'SIGCONT');
    await untilItTakes(connection, 0);
  });
});

describe('in a Redis Cluster', () => {
  const ownerOf = (connection: RedisConnection, nodes: RedisServer[], bucket: number) => {
    const place = connection.masterOf(`{${bucket}}`);
    return nodes.find(({ port }) => String(place).endsWith(`:${port}`)) as RedisServer;
  };

  it('the Redis connection rejects commands for a cluster master that is down, until the master is back', async () => {
    await using cluster = await startRedisCluster();
    const connection = await open(cluster.url);
    const away = ownerOf(connection, cluster.nodes, 0);
    await takes(connection, 0);
    await away.kill();
    expect(await takes(connection, 0)).toBe(false);
    expect(await takes(connection, 0)).toBe(false);
    await away.restart();
    for (let bucket = 0; bucket < 64; bucket += 1) await untilItTakes(connection, bucket);
  });

  it('the Redis connection follows a bucket to another master without failing other commands', async () => {
    await using cluster = await startRedisCluster();
    const connection = await open(cluster.url);
    const from = ownerOf(connection, cluster.nodes, 0);
    const beside = Array.from({ length: 63 }, (_, i) => i + 1).find(
      (bucket) => ownerOf(connection, cluster.nodes, bucket) === from,
    ) as number;
    const write = (event: string) =>
      Promise.all([64, 64 + beside].map((user) => append(connection, [{ user, event }])));
    await append(connection, [{ user: 64 + beside, event: '1' }]);

    await moveBucket(connection, 0);
    // Both in one pipeline: one gets the error that the slot moved, the other does not.
    await write('2');
    await write('3');
    expect((await readInbox(connection, 64)).map(({ text }) => text)).toEqual(['2', '3']);
    expect((await readInbox(connection, 64 + beside)).map(({ text }) => text)).toEqual(['1', '2', '3']);
  });
});
