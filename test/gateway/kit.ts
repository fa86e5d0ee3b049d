import { type Config, type Gateway, readConfig, startGateway } from '@parley/gateway';
import { type Privacy, userConversation } from '@parley/protocol';
import { connectRedis, type RedisConnection, writePermits, writeRecordedRefs } from '@parley/redis';
import { createLog, createMetrics, signToken } from '@parley/service';
import { startTestRedis, type TestRedis } from '@parley/stack';
import { Client } from './client.ts';

/** Secret with which the tests sign tokens. */
export const tokenSecret = 'a secret of the tests, long enough for anyone';

/** Byte limit of an inbox, so high that no test reaches it. */
const inboxBytes = 2 ** 28;

/** Socket library of the gateways. test/vitest.config.ts runs the tests with both libraries. */
const socketLibrary = process.env.SOCKETS === 'node' ? 'node' : 'auto';

/**
 * Gateways in this process, with a Redis of their own and without PostgreSQL. Users exist only as
 * permits in Redis: entries that state who is allowed to write to a user.
 */
export class Kit {
  readonly link: RedisConnection;
  readonly gateways: TestGateway[] = [];
  readonly redis: TestRedis;
  #next = 100_001 + Math.floor(Math.random() * 1e6) * 64;
  #version = 0;

  private constructor(link: RedisConnection, redis: TestRedis) {
    this.link = link;
    this.redis = redis;
  }

  /** Starts one Redis and some gateways. */
  static async start(gateways = 2, overrides: Partial<Config> = {}): Promise<Kit> {
    const redis = await startTestRedis();
    return new Kit(await connectRedis({ url: redis.url, name: 'test', inboxBytes }), redis).#with(gateways, overrides);
  }

  /** Starts a Redis Cluster of three masters with one replica each, and some gateways. */
  static async startCluster(gateways = 2, overrides: Partial<Config> = {}): Promise<Kit> {
    const redis = await startTestRedis({ cluster: true });
    return new Kit(await connectRedis({ url: redis.url, name: 'test', inboxBytes }), redis).#with(gateways, overrides);
  }

  async #with(gateways: number, overrides: Partial<Config>): Promise<this> {
    for (let i = 0; i < gateways; i += 1) await this.addGateway(overrides);
    return this;
  }

  /**
   * Returns the configuration of a gateway. Limits that `overrides` does not set are so high that
   * tests do not reach them.
   */
  config(overrides: Partial<Config> = {}): Config {
    return {
      ...readConfig({ HOST: '127.0.0.1', PORT: '0', REDIS_URL: this.redis.url, TOKEN_SECRET: tokenSecret }),
      sockets: socketLibrary,
      sendRate: 10_000,
      sendBurst: 10_000,
      frameRate: 10_000,
      frameBurst: 10_000,
      frameBytes: 1e9,
      frameBytesBurst: 1e9,
      readBytes: 1e9,
      readBytesBurst: 1e9,
      sendBytes: 1e9,
      sendBytesBurst: 1e9,
      mutationRate: 10_000,
      mutationBurst: 10_000,
      markRate: 10_000,
      markBurst: 10_000,
      typingRate: 10_000,
      typingBurst: 10_000,
      lookupRate: 10_000,
      lookupBurst: 10_000,
      inboxBytes,
      drainTime: 100,
      auditLog: false,
      ...overrides,
    };
  }

  async addGateway(overrides: Partial<Config> = {}): Promise<TestGateway> {
    const gateway = await startGateway(this.config(overrides), {
      log: createLog({ name: 'gateway', level: 'silent' }),
      metrics: createMetrics('gateway'),
    });
    const started: TestGateway = {
      gateway,
      url: `ws://127.0.0.1:${gateway.port}`,
      http: `http://127.0.0.1:${gateway.port}`,
      stop: async () => {
        await gateway.drain();
        await gateway.stop();
      },
    };
    this.gateways.push(started);
    return started;
  }

  gateway(index = 0): TestGateway {
    const found = this.gateways[index];
    if (!found) throw new Error(`there is no gateway ${index}`);
    return found;
  }

  /** Returns an id that no user or group has. */
  newId(): number {
    this.#next += 1;
    return this.#next;
  }

  /**
   * Stores in Redis, as a recorder does, that PostgreSQL contains no messages that `from` sent to
   * `to`.
   */
  async noRecordedRefs(from: number, to: number): Promise<void> {
    await writeRecordedRefs(this.link, userConversation(from, to), from, []);
  }

  /** Creates two users who are allowed to write to each other. */
  async friends(): Promise<[number, number]> {
    return (await this.circle(2)) as [number, number];
  }

  /** Creates users who are all allowed to write to each other. */
  async circle(count: number): Promise<number[]> {
    const users = Array.from({ length: count }, () => this.newId());
    for (const user of users)
      await this.permit(
        user,
        users.filter((other) => other !== user),
      );
    return users;
  }

  /**
   * Replaces a user's permits: who is allowed to write to the user, which users are blocked, and
   * what the user hides.
   */
  async permit(
    user: number,
    contacts: number[],
    blocks: number[] = [],
    privacy: Partial<Pick<Privacy, 'lastSeen' | 'readReceipts'>> = {},
  ): Promise<void> {
    this.#version += 1;
    await writePermits(this.link, user, { kind: 'user', version: this.#version, contacts, blocks, ...privacy });
  }

  /** Stores in Redis, as the recorder does, that no user has this id. */
  async nobody(id: number): Promise<void> {
    await writePermits(this.link, id, { kind: 'nobody' });
  }

  /** Creates a group with these users as members. */
  async group(members: number[]): Promise<number> {
    const group = this.newId();
    this.#version += 1;
    await writePermits(this.link, group, { kind: 'group', version: this.#version, members });
    return group;
  }

  token(
    user: number,
    { session = `session-${user}`, lifetime = 600 }: { session?: string; lifetime?: number } = {},
  ): string {
    return signToken(tokenSecret, { user, session, lifetime });
  }

  /** Connects a user to a gateway and waits for the welcome frame. */
  connect(user: number, gateway = 0, query: Record<string, string> = {}): Promise<Client> {
    return Client.open(this.gateway(gateway).url, this.token(user), query);
  }

  /** Returns all entries of a user's inbox. */
  async inbox(user: number): Promise<InboxEntry[]> {
    const entries = await this.link.client.xrange(this.link.keys.inbox(user), '-', '+');
    return entries.map(([cursor, fields]) => ({ cursor, event: JSON.parse(fields[1] as string) }));
  }

  /**
   * Returns the matching entries of all record streams, which hold what is to be written to
   * PostgreSQL.
   */
  recorded(matches: (entry: Record<string, unknown>) => boolean): Promise<Record<string, unknown>[]> {
    return this.#entries((bucket) => this.link.keys.record(bucket), matches);
  }

  /** Returns the matching requests to the recorder in all buckets. */
  requested(matches: (entry: Record<string, unknown>) => boolean): Promise<Record<string, unknown>[]> {
    return this.#entries((bucket) => this.link.keys.requests(bucket), matches);
  }

  async #entries(
    stream: (bucket: number) => string,
    matches: (entry: Record<string, unknown>) => boolean,
  ): Promise<Record<string, unknown>[]> {
    const { client, keys } = this.link;
    const buckets = Array.from({ length: keys.buckets }, (_, bucket) => client.xrange(stream(bucket), '-', '+'));
    return (await Promise.all(buckets))
      .flat()
      .map(([, fields]) => JSON.parse(fields[1] as string))
      .filter(matches);
  }

  /** Kills Redis and restarts it, with its data or (`empty`) without. */
  restartRedis(options: { empty?: boolean } = {}): Promise<void> {
    return this.redis.restart(options);
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

export interface InboxEntry {
  cursor: string;
  event: { kind: string; id?: number; body?: { text?: string } };
}
