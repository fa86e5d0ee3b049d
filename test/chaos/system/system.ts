import { freePort, type PostgresServer, type Stack, startPostgres, startStack } from '@parley/stack';
import { Cable } from '../network/cable.ts';
import { Machine } from './machine.ts';
import { RedisNodes } from './redis-nodes.ts';
import { RedisPair } from './redis-pair.ts';
import type { RedisSide } from './redis-side.ts';

/** Names of the services, as the stack uses them. */
const GATEWAYS = 2;
const RECORDERS = 2;
const names = ['api', 'gateway-1', 'gateway-2', 'recorder-1', 'recorder-2'] as const;

/** Server API key with which the population is created. */
export const productKey = 'key-of-the-chaos-run-long-enough-for-anything';

/**
 * The whole system, with a proxy (`Cable`) on the connections between any two parts, so that faults
 * can disturb each connection separately.
 */
export class System {
  readonly stack: Stack;
  readonly redis: RedisSide;
  readonly postgres: PostgresServer;
  /**
   * Service -> proxy from the service to Redis. Empty with a cluster, which has proxies of its own.
   */
  readonly toRedis: ReadonlyMap<string, Cable>;
  /** Service -> proxy from the service to PostgreSQL. */
  readonly toPostgres: ReadonlyMap<string, Cable>;
  /** Proxies from the clients to the gateways and to the api. */
  readonly toGateways: readonly Cable[];
  readonly toApi: Cable;
  /** Disks and clocks that faults can change, or the reasons why this machine has none. */
  readonly machine: Machine;

  private constructor(parts: Parts) {
    this.stack = parts.stack;
    this.redis = parts.redis;
    this.postgres = parts.postgres;
    this.toRedis = parts.toRedis;
    this.toPostgres = parts.toPostgres;
    this.toGateways = parts.toGateways;
    this.toApi = parts.toApi;
    this.machine = parts.machine;
  }

  /** Starts everything. Resolves when every part is ready and all replicas follow their master. */
  static async start({ env = {}, cluster = false }: { env?: NodeJS.ProcessEnv; cluster?: boolean } = {}) {
    const servers = Array.from({ length: cluster ? 6 : 2 }, (_, index) => `redis-${index + 1}`);
    const machine = await Machine.start([...names, ...servers]);
    const { disks, clocks } = machine;
    const [redis, postgres] = await Promise.all([
      cluster
        ? RedisNodes.start(clocks.filter(({ name }) => servers.includes(name)))
        : RedisPair.start({
            disks: disks ? [disks['redis-1'], disks['redis-2']] : [],
            clocks: clocks.filter(({ name }) => servers.includes(name)),
          }),
      startPostgres({ args: ['max_wal_size=512MB'], ...(disks && { dir: disks.postgres.path }) }),
    ]);
    const lay = async (what: string, target: number) => {
      const cables = await Promise.all(names.map((name) => Cable.lay(`${name} to ${what}`, target)));
      return new Map(cables.map((cable, index) => [names[index] as string, cable]));
    };
    const toRedis = redis instanceof RedisPair ? await lay('redis', redis.master.port) : new Map<string, Cable>();
    const toPostgres = await lay('postgres', postgres.port);
    const ports = await Promise.all(Array.from({ length: 1 + GATEWAYS }, () => freePort()));
    const stack = await startStack({
      gateways: GATEWAYS,
      recorders: RECORDERS,
      ports,
      redisUrl: redis.url,
      databaseUrl: postgres.url,
      dataDir: machine.folder,
      env: {
        ...process.env,
        API_KEYS: productKey,
        REPLICAS_ACK: '1',
        REQUESTS_PER_ADDRESS: '1000000',
        STREAM_IDLE: '10s',
        LOG_LEVEL: 'warn',
        ...env,
      },
      envOf: (name) => ({
        ...clocks.find((clock) => clock.name === name)?.env,
        ...(toRedis.has(name) && { REDIS_URL: `redis://127.0.0.1:${toRedis.get(name)?.port}` }),
        DATABASE_URL: postgres.url.replace(`:${postgres.port}/`, `:${toPostgres.get(name)?.port}/`),
      }),
    });
    const { api, gateways } = stack.processes;
    const toGateways = await Promise.all(gateways.map(({ name, port }) => Cable.lay(`clients to ${name}`, port)));
    const toApi = await Cable.lay('clients to api', api.port);
    await redis.whole();
    return new System({ stack, redis, postgres, toRedis, toPostgres, toGateways, toApi, machine });
  }

  get cables(): Cable[] {
    return [
      ...this.toRedis.values(),
      ...this.toPostgres.values(),
      ...this.toGateways,
      this.toApi,
      ...this.redis.cables,
    ];
  }

  /**
   * Returns the Redis server with its replica.
   *
   * @throws Error if Redis is a cluster
   */
  get pair(): RedisPair {
    if (this.redis instanceof RedisPair) return this.redis;
    throw new Error('Redis is a cluster');
  }

  /**
   * Returns the nodes of the Redis Cluster.
   *
   * @throws Error if Redis is not a cluster
   */
  get nodes(): RedisNodes {
    if (this.redis instanceof RedisNodes) return this.redis;
    throw new Error('Redis is no cluster');
  }

  /** Redirects all services to the Redis at another port. */
  switchRedis(port: number): void {
    for (const cable of this.toRedis.values()) {
      cable.target = port;
      cable.cut();
    }
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    await Promise.all([this.redis.stop(), this.postgres.stop(), ...this.cables.map((cable) => cable.remove())]);
    await this.machine.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

type Parts = Pick<
  System,
  'stack' | 'redis' | 'postgres' | 'toRedis' | 'toPostgres' | 'toGateways' | 'toApi' | 'machine'
>;
