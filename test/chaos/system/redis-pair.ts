import { setTimeout as delay } from 'node:timers/promises';
import { type RedisServer, startRedis, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { Cable } from '../network/cable.ts';

/**
 * A Redis with a replica. Which of both is the master, clients learn from whoever leads their connections: here the cables, in
 * production the operator's load balancer or service, switched by Sentinel or by hand. Parley itself asks nobody.
 */
export class RedisPair {
  readonly #servers: [RedisServer, RedisServer];
  #first: 0 | 1 = 0;
  /** From the replica to the master. */
  readonly cable: Cable;

  private constructor(servers: [RedisServer, RedisServer], cable: Cable) {
    this.#servers = servers;
    this.cable = cable;
  }

  /** @param folders where each keeps its data; folders of their own unless given */
  static async start(folders: [string?, string?] = [], onOutput?: (text: string) => void): Promise<RedisPair> {
    const args = ['--repl-diskless-sync-delay', '0', '--repl-timeout', '10', '--repl-ping-replica-period', '1'];
    const start = (dir?: string) => startRedis({ args, ...(dir && { dir }), ...(onOutput && { onOutput }) });
    const servers: [RedisServer, RedisServer] = [await start(folders[0]), await start(folders[1])];
    const pair = new RedisPair(servers, await Cable.lay('replica to redis', servers[0].port));
    await pair.#follow();
    return pair;
  }

  get master(): RedisServer {
    return this.#servers[this.#first];
  }

  get replica(): RedisServer {
    return this.#servers[1 - this.#first] as RedisServer;
  }

  /** Kills the master; it stays the master, and `restartMaster` brings it back with its data. */
  async killMaster(): Promise<void> {
    await this.master.kill();
  }

  async restartMaster(): Promise<void> {
    await this.master.restart();
  }

  /**
   * Kills the master, makes the replica the master, and the old master its replica. `switched` leads connections to the new one, and is
   * called once it takes writes. As a fail-over should, it waits until the replica follows: promoting one that does not would lose what it
   * lacks. What the master wrote and published within its last `lag` ms does not get to the replica.
   */
  async failOver(switched: (port: number) => void, lag = 0): Promise<void> {
    await this.whole();
    if (lag > 0) {
      this.cable.disturb({ latency: lag });
      await delay(4 * lag);
    }
    await this.master.kill();
    this.cable.cut();
    this.cable.disturb({});
    await command(this.replica, (redis) => redis.call('REPLICAOF', 'NO', 'ONE'));
    this.#first = this.#first === 0 ? 1 : 0;
    switched(this.master.port);
    await this.replica.restart();
    await this.#follow();
  }

  /** Resolves when the replica follows the master. */
  async whole(timeout = 60_000): Promise<void> {
    await waitFor(
      () =>
        command(this.master, async (redis) => {
          const [role, , replicas] = (await redis.call('ROLE')) as [string, number, unknown[]];
          return role === 'master' && replicas.length > 0 && (await redis.wait(1, 1000)) === 1;
        }),
      { timeout, interval: 100, message: 'the replica does not follow the master' },
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
    await this.cable.remove();
  }

  #follow(): Promise<unknown> {
    this.cable.target = this.master.port;
    return command(this.replica, (redis) => redis.call('REPLICAOF', '127.0.0.1', this.cable.port));
  }
}

async function command<T>(server: RedisServer, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(server.url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
