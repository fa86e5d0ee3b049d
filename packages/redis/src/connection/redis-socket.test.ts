import { type RedisServer, startRedis, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisSocket } from './redis-socket.ts';

let server: RedisServer;
let client: Redis;
beforeAll(async () => {
  server = await startRedis({ args: ['--requirepass', 'a secret'] });
  client = new Redis(server.port, { password: 'a secret' });
});
afterAll(async () => {
  client?.disconnect();
  await server?.stop();
});

const open = (port = server.port, replicas = 0) =>
  new RedisSocket({
    host: '127.0.0.1',
    port,
    tls: false,
    password: 'a secret',
    database: 2,
    name: 'wire',
    replicas,
    retryDelay: () => 20,
  });

describe('the Redis socket', () => {
  it('the Redis socket resolves each command with its own reply, even commands that are sent while it connects', async () => {
    const wire = open();
    const replies = await Promise.all(Array.from({ length: 3000 }, (_, i) => wire.call(['ECHO', `${i}é`])));
    expect(replies).toEqual(Array.from({ length: 3000 }, (_, i) => `${i}é`));
    expect(await wire.call(['CLIENT', 'INFO'])).toMatch(/name=wire.* db=2/);
    await wire.close();
  });

  it('the Redis socket rejects a command that Redis rejects, and continues with the next command', async () => {
    const wire = open();
    const [refused, fine] = await Promise.allSettled([wire.call(['NOPE']), wire.call(['ECHO', 1])]);
    expect(refused).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringMatching(/unknown command/) },
    });
    expect(fine).toEqual({ status: 'fulfilled', value: '1' });
    await wire.close();
  });

  it('the Redis socket rejects the commands in flight when its connection is lost, and does not resend them', async () => {
    const wire = open();
    wire.call(['CLIENT', 'REPLY', 'OFF']).catch(() => {});
    const unanswered = wire.call(['RPUSH', 'unanswered', 'x']);
    unanswered.catch(() => {});
    await client.select(2);
    await waitFor(async () => (await client.llen('unanswered')) === 1);
    wire.reset();
    await expect(unanswered).rejects.toThrow(/lost/);
    await waitFor(() => wire.call(['PING']).catch(() => false));
    expect(await wire.call(['LLEN', 'unanswered'])).toBe(1);
    await wire.close();
  });

  it('the Redis socket rejects commands at once while Redis is down, and reconnects when Redis is back', async () => {
    await using other = await startRedis({ args: ['--requirepass', 'a secret'] });
    const wire = open(other.port);
    await wire.call(['PING']);
    await other.kill();
    await waitFor(async () => {
      const outcome = await wire.call(['PING']).catch((error: Error) => error.message);
      return outcome === 'Redis is not reachable';
    });
    await other.restart();
    expect(await waitFor(() => wire.call(['PING']).catch(() => false))).toBe('PONG');
    await wire.close();
  });

  it('the Redis socket resolves a durable command only when enough replicas have it', async () => {
    const alone = open(server.port, 1);
    await expect(alone.call(['SET', 'durable', 1], true)).rejects.toThrow(/Only 0 of 1/);
    await using replica = await startRedis({
      args: ['--replicaof', `127.0.0.1 ${server.port}`, '--masterauth', 'a secret', '--requirepass', 'a secret'],
    });
    await waitFor(async () => /state=online/.test((await alone.call(['INFO', 'replication'])) as string));
    expect(await Promise.all([alone.call(['SET', 'durable', 2], true), alone.call(['GET', 'durable'])])).toEqual([
      'OK',
      '2',
    ]);
    const reader = new Redis(replica.port, { password: 'a secret', db: 2 });
    expect(await reader.get('durable')).toBe('2');
    reader.disconnect();
    await alone.close();
  });
});
