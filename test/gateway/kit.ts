import { type Config, type Gateway, readConfig, startGateway, startServer } from '@parley/gateway';
import { type Link, openLink, writePermits } from '@parley/redis';
import { createLog, createMetrics, signToken } from '@parley/service';
import { type RedisServer, startRedis } from '@parley/stack';
import { Client } from './client.ts';

const secret = 'a secret of the tests, long enough for anyone';

/** Gateways in this process over a Redis of their own, and users made of nothing but their permits. */
export class Kit {
  readonly redis: RedisServer;
  readonly link: Link;
  readonly gateways: TestGateway[] = [];
  #next = 100_001 + Math.floor(Math.random() * 1e6) * 64;

  private constructor(redis: RedisServer, link: Link) {
    this.redis = redis;
    this.link = link;
  }

  static async start(count = 2, overrides: Partial<Config> = {}): Promise<Kit> {
    const redis = await startRedis();
    const kit = new Kit(redis, await openLink({ url: redis.url, name: 'test' }));
    for (let i = 0; i < count; i += 1) await kit.addGateway(overrides);
    return kit;
  }

  async addGateway(overrides: Partial<Config> = {}): Promise<TestGateway> {
    const config = {
      ...readConfig({ HOST: '127.0.0.1', PORT: '0', REDIS_URL: this.redis.url, TOKEN_SECRET: secret }),
      sendRate: 10_000,
      sendBurst: 10_000,
      frameRate: 10_000,
      frameBurst: 10_000,
      drainTime: 200,
      ...overrides,
    };
    const gateway = await startGateway(config, {
      log: createLog({ name: 'gateway', level: 'silent' }),
      metrics: createMetrics('gateway'),
    });
    const server = await startServer(gateway);
    const started: TestGateway = {
      gateway,
      url: `ws://127.0.0.1:${server.port}`,
      http: `http://127.0.0.1:${server.port}`,
      stop: async () => {
        await gateway.drain();
        server.stop();
        await gateway.stop();
      },
    };
    this.gateways.push(started);
    return started;
  }

  /** Users that may write to each other. */
  async friends(count = 2): Promise<number[]> {
    const users = Array.from({ length: count }, () => this.#next++);
    for (const user of users)
      await this.permit(
        user,
        users.filter((other) => other !== user),
      );
    return users;
  }

  /** Who may write to a user, replacing who might before. */
  async permit(user: number, contacts: number[], blocks: number[] = []): Promise<void> {
    this.#version += 1;
    await writePermits(this.link, user, { kind: 'user', version: this.#version, contacts, blocks });
  }
  #version = 0;

  token(
    user: number,
    { session = `session-${user}`, lifetime = 600 }: { session?: string; lifetime?: number } = {},
  ): string {
    return signToken(secret, { user, session, lifetime });
  }

  url(gateway = 0): string {
    return (this.gateways[gateway] as TestGateway).url;
  }

  /** Connects a user to a gateway and waits for the welcome. */
  connect(user: number, gateway = 0, query: Record<string, string> = {}): Promise<Client> {
    return Client.open(this.url(gateway), this.token(user), query);
  }

  async inbox(user: number): Promise<{ cursor: string; event: string }[]> {
    const entries = await this.link.client.xrange(this.link.keys.inbox(user), '-', '+');
    return entries.map(([cursor, fields]) => ({ cursor, event: fields[1] as string }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const gateway of this.gateways) await gateway.stop();
    await this.link.close();
    await this.redis.stop();
  }
}

export interface TestGateway {
  gateway: Gateway;
  url: string;
  http: string;
  stop(): Promise<void>;
}
