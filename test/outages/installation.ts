import { generateKeyPairSync } from 'node:crypto';
import {
  type Clock,
  Clocks,
  findFaketime,
  openSmallDisk,
  type PostgresServer,
  type PrometheusTarget,
  type RedisServer,
  type SmallDisk,
  type Stack,
  startPostgres,
  startRedis,
  startStack,
  type TemporaryFolder,
  temporaryFolder,
} from '@parley/stack';
import { Receiver } from '../../packages/stack/src/test/receiver.ts';
import { PushService } from '../../services/api/test/push-service.ts';
import { CertifiedServer } from './certificate.ts';
import { freezePostgres, killPostgres } from './freeze-postgres.ts';
import { Traffic } from './traffic.ts';

const MIB = 2 ** 20;

/** A running installation of Parley, of which the tests can break every part. */
export class Installation {
  readonly namespace: string;
  readonly stack: Stack;
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  readonly traffic: Traffic;
  /** Servers that receive the requests of hooks and webhooks. */
  readonly hook: Endpoint;
  readonly webhook: Endpoint;
  readonly push: PushService;
  /** Disks that tests can fill. Undefined if this process is not allowed to mount file systems. */
  readonly disks: { redis: SmallDisk; postgres: SmallDisk } | undefined;
  /** TLS server that stands for the load balancer in front of the gateways. */
  readonly balancer: CertifiedServer;
  /** Clock of the second gateway, which tests can set. Undefined without libfaketime. */
  readonly clock: Clock | undefined;
  readonly #folder: TemporaryFolder;
  readonly #targetsChanged: () => Promise<void>;
  #hidden: string | undefined;

  private constructor(parts: Parts, folder: TemporaryFolder, targetsChanged: () => Promise<void>) {
    this.namespace = parts.namespace;
    this.stack = parts.stack;
    this.redis = parts.redis;
    this.postgres = parts.postgres;
    this.traffic = parts.traffic;
    this.hook = parts.hook;
    this.webhook = parts.webhook;
    this.push = parts.push;
    this.disks = parts.disks;
    this.balancer = parts.balancer;
    this.clock = parts.clock;
    this.#folder = folder;
    this.#targetsChanged = targetsChanged;
  }

  /**
   * Starts everything. Resolves when all parts are ready and a user has begun to write.
   *
   * @param targetsChanged called when `targets` has changed
   */
  static async start(namespace: string, targetsChanged: () => Promise<void>): Promise<Installation> {
    const folder = await temporaryFolder('outages');
    const disks = await openDisks(namespace).catch(() => undefined);
    const [redis, postgres, hook, webhook, push, balancer, clock] = await Promise.all([
      startRedis({ args: ['--maxmemory', '512mb'], ...(disks && { dir: disks.redis.path }) }),
      startPostgres({ args: ['max_wal_size=512MB'], ...(disks && { dir: disks.postgres.path }) }),
      Endpoint.start(),
      Endpoint.start(),
      PushService.start(),
      CertifiedServer.start(),
      makeClock(folder.path).catch(() => undefined),
    ]);
    const stack = await startStack({
      gateways: 2,
      recorders: 2,
      dataDir: folder.path,
      redisUrl: redis.url,
      databaseUrl: postgres.url,
      env: { ...environment(hook, webhook), GATEWAY_URLS: balancer.url },
      envOf: (name) => (name === 'gateway-2' && clock ? clock.env : {}),
    });
    const { apiUrl, gatewayUrls } = stack;
    const traffic = await Traffic.start({ apiUrl, gatewayUrls, browser: push.subscribe() });
    return new Installation(
      { namespace, stack, redis, postgres, traffic, hook, webhook, push, disks, balancer, clock },
      folder,
      targetsChanged,
    );
  }

  /** The processes that Prometheus scrapes for metrics. */
  get targets(): PrometheusTarget[] {
    const { api, gateways, recorders } = this.stack.processes;
    const target = (job: string) => (process: { name: string; port: number }) => ({
      address: `127.0.0.1:${process.port}`,
      namespace: this.namespace,
      job: `parley-${job}`,
      pod: process.name,
      service: `parley-${job}`,
      endpoint: 'http',
    });
    const all = [target('api')(api), ...gateways.map(target('gateway')), ...recorders.map(target('recorder'))];
    return all.filter(({ job }) => job !== this.#hidden);
  }

  /**
   * Removes a job from `targets`, as service discovery does when the job's last pod ends. Without
   * `job`, adds all jobs again.
   */
  async hide(job?: string): Promise<void> {
    this.#hidden = job;
    await this.#targetsChanged();
  }

  /** Freezes PostgreSQL. Resolves with a function that resumes it. */
  freezePostgres(): Promise<() => void> {
    return freezePostgres(this.postgres.pid);
  }

  async killPostgres(): Promise<void> {
    await killPostgres(this.postgres.pid);
    await this.postgres.exited;
  }

  async stop(): Promise<void> {
    this.traffic.stop();
    await this.stack.stop();
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
    await Promise.all([this.hook, this.webhook, this.push, this.balancer].map((server) => server.close()));
    await Promise.all(Object.values(this.disks ?? {}).map((disk) => disk.remove()));
    await this.#folder.remove();
  }
}

/**
 * A server that receives requests of hooks or webhooks. It can be stopped, and started again on the
 * same port.
 */
export class Endpoint {
  readonly url: string;
  #receiver: Receiver;

  private constructor(receiver: Receiver) {
    this.#receiver = receiver;
    this.url = receiver.url;
  }

  static async start(): Promise<Endpoint> {
    return new Endpoint(await Receiver.start());
  }

  close(): Promise<void> {
    return this.#receiver.close();
  }

  async open(): Promise<void> {
    this.#receiver = await Receiver.start(this.#receiver.port);
  }
}

function environment(hook: Endpoint, webhook: Endpoint): NodeJS.ProcessEnv {
  const loopback = '127.0.0.0/8';
  const secret = `whsec_${Buffer.alloc(24).toString('base64')}`;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return {
    LOG_LEVEL: 'info',
    SEND_POLICY: 'anyone',
    ACCESS_TOKEN_TTL: '12h',
    // Sets a low limit, so that a storm of connections exceeds it.
    MAX_OPENING: '2',
    HOOKS: JSON.stringify([{ name: 'rules', url: hook.url, events: ['message.send'], secret }]),
    HOOK_NETWORKS: loopback,
    WEBHOOKS: JSON.stringify([{ name: 'product', url: webhook.url, events: ['message'], secret }]),
    WEBHOOK_NETWORKS: loopback,
    PUSH_NETWORKS: loopback,
    PUSH_PUBLIC_KEY: point.toString('base64url'),
    PUSH_PRIVATE_KEY: privateKey.export({ format: 'jwk' }).d ?? '',
  };
}

async function makeClock(folder: string): Promise<Clock> {
  return await new Clocks(await findFaketime(), folder).make('gateway');
}

async function openDisks(namespace: string) {
  const redis = await openSmallDisk(`${namespace}-redis`, 512 * MIB);
  return { redis, postgres: await openSmallDisk(`${namespace}-postgres`, 1024 * MIB) };
}

interface Parts {
  namespace: string;
  stack: Stack;
  redis: RedisServer;
  postgres: PostgresServer;
  traffic: Traffic;
  hook: Endpoint;
  webhook: Endpoint;
  push: PushService;
  disks: { redis: SmallDisk; postgres: SmallDisk } | undefined;
  balancer: CertifiedServer;
  clock: Clock | undefined;
}
