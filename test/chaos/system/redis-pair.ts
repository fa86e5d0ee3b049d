import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, type RedisServer, type SmallDisk, startRedis, waitFor } from '@parley/stack';
import type { Redis } from 'ioredis';
import { Cable } from '../network/cable.ts';
import { command, type RedisSide } from './redis-side.ts';

/**
 * A Redis master with a replica. Clients connect to one fixed address that always leads to the
 * current master. Here proxies (`Cable`) provide this address. In production, a load balancer or a
 * service that Sentinel or an operator controls does. Parley itself does not query Sentinel.
 */
export class RedisPair implements RedisSide {
  readonly #servers: [RedisServer, RedisServer];
  readonly #disks: readonly SmallDisk[];
  #first: 0 | 1 = 0;
  /** Proxy from the replica to the master. */
  readonly cable: Cable;

  private constructor(servers: [RedisServer, RedisServer], cable: Cable, disks: readonly SmallDisk[]) {
    this.#servers = servers;
    this.#disks = disks;
    this.cable = cable;
  }

  static async start({ disks = [], clocks = [], onOutput }: PairOptions = {}): Promise<RedisPair> {
    const args = ['--repl-diskless-sync-delay', '0', '--repl-timeout', '10', '--repl-ping-replica-period', '1'];
    const start = (index: 0 | 1) => {
      const [dir, env] = [disks[index]?.path, clocks[index]?.env];
      return startRedis({ args, ...(dir && { dir }), ...(env && { env }), ...(onOutput && { onOutput }) });
    };
    const servers: [RedisServer, RedisServer] = [await start(0), await start(1)];
    const pair = new RedisPair(servers, await Cable.lay('replica to redis', servers[0].port), disks);
    await pair.#follow();
    return pair;
  }

  get url(): string {
    return this.master.url;
  }

  get cables(): Cable[] {
    return [this.cable];
  }

  get master(): RedisServer {
    return this.#servers[this.#first];
  }

  get replica(): RedisServer {
    return this.#servers[1 - this.#first] as RedisServer;
  }

  /**
   * Returns the disk that holds a server's data. Undefined if the server uses the machine's disk.
   */
  diskOf(server: RedisServer): SmallDisk | undefined {
    return this.#disks[this.#servers.indexOf(server)];
  }

  /** Kills the master without promoting the replica. `restartMaster` restarts it with its data. */
  async killMaster(): Promise<void> {
    await this.master.kill();
  }

  async restartMaster(): Promise<void> {
    await this.master.restart();
  }

  /**
   * Kills the master, promotes the replica, and makes the old master its replica. First waits until
   * the replica follows the master, because otherwise acknowledged data would be lost. The new
   * master lacks the data that the old one wrote and published in its last `lag` ms.
   *
   * @param switched called when the new master accepts writes, so that the caller can redirect
   * connections
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

  /**
   * Copies the master's append-only file into a folder, as a backup does. Disables rewrites of the
   * file during the copy, because the files of an unfinished rewrite do not belong together.
   */
  async backUp(folder: string): Promise<void> {
    const source = await command(this.master, async (redis) => {
      await redis.config('SET', 'auto-aof-rewrite-percentage', 0);
      const isWritten = async () => /^aof_rewrite_in_progress:0/m.test(await redis.info('persistence'));
      await waitFor(isWritten, { timeout: 30_000, message: 'the append-only file is still being rewritten' });
      return appendOnlyFolder(redis);
    });
    await cp(source, folder, { recursive: true });
    await command(this.master, (redis) => redis.config('SET', 'auto-aof-rewrite-percentage', 100));
  }

  /**
   * Stops both servers, replaces the master's append-only file with the copy in a folder, and
   * starts them again. Without a folder, the master starts empty.
   */
  async restore(folder?: string): Promise<void> {
    const data = await command(this.master, appendOnlyFolder);
    await Promise.all([this.master.kill(), this.replica.kill()]);
    await rm(data, { recursive: true });
    if (folder) await cp(folder, data, { recursive: true });
    await this.master.restart();
    await this.restart(this.replica);
    await this.whole();
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

  /**
   * Starts or restarts a server as master or replica, because Redis does not store the role on
   * disk.
   */
  async restart(server: RedisServer): Promise<void> {
    await server.restart();
    if (server === this.replica) await this.#follow();
  }

  /** Returns whether a server responds to commands. */
  answers(server: RedisServer): Promise<boolean> {
    return command(server, (redis) => redis.ping()).then(
      () => true,
      () => false,
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

async function appendOnlyFolder(redis: Redis): Promise<string> {
  const [, dir = ''] = (await redis.config('GET', 'dir')) as string[];
  const [, name = ''] = (await redis.config('GET', 'appenddirname')) as string[];
  return join(dir, name);
}

interface PairOptions {
  /** Data folder of each server. Default: a new folder. */
  disks?: readonly SmallDisk[];
  /** Clock of each server. Default: the clock of the machine. */
  clocks?: readonly Clock[];
  onOutput?: (text: string) => void;
}
