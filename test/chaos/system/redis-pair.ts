import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, type RedisServer, type SmallDisk, startRedis, waitFor } from '@parley/stack';
import { Cable } from '../network/cable.ts';
import { command, type RedisSide } from './redis-side.ts';

/**
 * A Redis master with a replica. Clients reach the current master through a fixed address that is
 * switched to it: here by the cables, in production by a load balancer or service that Sentinel or
 * an operator controls. Parley does not query Sentinel.
 */
export class RedisPair implements RedisSide {
  readonly #servers: [RedisServer, RedisServer];
  readonly #disks: readonly SmallDisk[];
  #first: 0 | 1 = 0;
  /** The cable from the replica to the master. */
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

  /** Returns the disk with the data of a server. Undefined if the server has no separate disk. */
  diskOf(server: RedisServer): SmallDisk | undefined {
    return this.#disks[this.#servers.indexOf(server)];
  }

  /** Kills the master. It remains the master, and `restartMaster` restarts it with its data. */
  async killMaster(): Promise<void> {
    await this.master.kill();
  }

  async restartMaster(): Promise<void> {
    await this.master.restart();
  }

  /**
   * Kills the master, promotes the replica, and makes the old master its replica. Calls `switched`
   * once the new master accepts writes, so that connections can be switched to it. First waits
   * until the replica follows, because otherwise acknowledged data would be lost. The replica lacks
   * the data that the master wrote and published in its last `lag` ms.
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

  /** Starts or restarts a server in its role, because a replica does not store its role. */
  async restart(server: RedisServer): Promise<void> {
    await server.restart();
    if (server === this.replica) await this.#follow();
  }

  /** Returns whether a server accepts commands. */
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

interface PairOptions {
  /** The data folder of each server. Default: a new folder. */
  disks?: readonly SmallDisk[];
  /** The clock of each server. Default: the clock of the machine. */
  clocks?: readonly Clock[];
  onOutput?: (text: string) => void;
}
