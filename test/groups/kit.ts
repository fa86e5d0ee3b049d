import { type Api, readConfig as readApiConfig, startApi } from '@parley/api';
import { type Database, openDatabase } from '@parley/database';
import { readConfig, startGateway } from '@parley/gateway';
import type { Chat, Group, Message } from '@parley/protocol';
import { readConfig as readRecorderConfig, startRecorder } from '@parley/recorder';
import { connectRedis, type RedisConnection } from '@parley/redis';
import { createLog, createMetrics, signToken } from '@parley/service';
import { startTestRedis, type TestRedis, waitFor } from '@parley/stack';
import { testDatabase } from '@parley/stack/test';
import { Client } from '../gateway/client.ts';

const secret = 'a secret of the tests, long enough for anyone';

/**
 * An api, a recorder and two gateways in this process, with a Redis and a database of their own. It
 * creates users who are friends.
 */
export class Kit implements AsyncDisposable {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly link: RedisConnection;
  readonly redis: TestRedis;
  readonly #api: Api;
  readonly #gateways: string[] = [];
  readonly #stops: Stop[];
  #names = 0;

  private constructor(
    db: Database,
    databaseUrl: string,
    link: RedisConnection,
    redis: TestRedis,
    api: Api,
    stops: Stop[],
  ) {
    this.db = db;
    this.databaseUrl = databaseUrl;
    this.link = link;
    this.redis = redis;
    this.#api = api;
    this.#stops = stops;
  }

  static async start({ env = {}, audit, ...where }: KitOptions = {}): Promise<Kit> {
    const stops: Stop[] = [];
    const redis = await startTestRedis(where);
    stops.push(() => redis.stop());
    const DATABASE_URL = await testDatabase();
    const variables = {
      ...{ HOST: '127.0.0.1', PORT: '0', REDIS_URL: redis.url, DATABASE_URL, TOKEN_SECRET: secret },
      // Turns notices off, because most tests count the messages that users write.
      ...{ RECORD_WAIT: '5ms', RECORD_WAIT_MAX: '5ms', GROUP_NOTICES: 'off' },
      ...{
        SEND_RATE: '10000',
        SEND_BURST: '10000',
        FRAME_RATE: '10000',
        FRAME_BURST: '10000',
        SEND_BYTES: '1GiB',
        SEND_BYTES_BURST: '1GiB',
        REQUESTS_PER_MINUTE: '1000000',
      },
      ...{
        GROUP_CHANGES_PER_MINUTE: '100000',
        AVATAR_HOSTS: 'example.org',
        AUDIT_LOG: String(audit !== undefined),
        ...env,
      },
    };
    const log = createLog({ name: 'test', level: 'silent' }, audit && { write: (line) => void audit.push(line) });
    const db = openDatabase({ url: DATABASE_URL, maxConnections: 4 });
    stops.push(() => db.destroy());
    const link = await connectRedis({ url: redis.url, name: 'test' });
    stops.push(() => link.close());
    const api = await startApi(readApiConfig(variables), log);
    stops.push(() => api.stop());
    const kit = new Kit(db, DATABASE_URL, link, redis, api, stops);
    await startRecorder(readRecorderConfig(variables), log, (_, stop) => stops.push(async () => stop()));
    for (let i = 0; i < 2; i += 1) {
      const gateway = await startGateway(
        { ...readConfig(variables), drainTime: 100 },
        { log, metrics: createMetrics('gateway') },
      );
      kit.#gateways.push(`ws://127.0.0.1:${gateway.port}`);
      stops.push(async () => {
        await gateway.drain();
        await gateway.stop();
      });
    }
    return kit;
  }

  /**
   * Creates users who are friends of each other. If there are 20 or more, they are friends only of
   * the first one.
   */
  async people(count: number): Promise<Person[]> {
    const names = Array.from({ length: count }, () => `person-${++this.#names}`);
    const rows = await this.db
      .insertInto('users')
      .values(names.map((name) => ({ username: name, name })))
      .returning('id')
      .execute();
    const ids = rows.map((row) => row.id);
    const friendships = ids.flatMap((user_id, i) =>
      ids
        .filter((id, j) => id !== user_id && (count < 20 || i === 0 || j === 0))
        .map((friend_id) => ({ user_id, friend_id })),
    );
    await this.db.insertInto('friendships').values(friendships).execute();
    return ids.map((id) => new Person(this, id));
  }

  /** Creates a group with these users. The first one is its owner. */
  async group([owner, ...others]: Person[], more: object = {}): Promise<number> {
    const members = others.map(({ id }) => id);
    const name = `group ${++this.#names}`;
    const group = await (owner as Person).call<Group>('POST', '/groups', { name, members, ...more });
    return group.id;
  }

  /** Resolves when all accepted messages are in PostgreSQL. */
  async recorded(): Promise<void> {
    const { client, keys } = this.link;
    const lengths = () =>
      Promise.all(Array.from({ length: keys.buckets }, (_, bucket) => client.xlen(keys.record(bucket))));
    await waitFor(async () => (await lengths()).every((length) => length === 0), { timeout: 15_000 });
  }

  get api(): string {
    return this.#api.url;
  }

  gateway(index: number): string {
    return this.#gateways[index % 2] as string;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) await stop();
  }
}

interface KitOptions {
  /** Whether Redis is a cluster. Default: the setting of the test run. */
  cluster?: boolean;
  /** Ms without a reply after which a Redis Cluster considers a node as failing. */
  nodeTimeout?: number;
  env?: Record<string, string>;
  /** Receives the lines of the audit log. Default: the audit log is off. */
  audit?: string[];
}

/** Ends a part. */
type Stop = () => Promise<unknown> | undefined;

/** A user with functions that call the api and connect to gateways. */
export class Person {
  readonly id: number;
  readonly token: string;
  readonly #kit: Kit;

  constructor(kit: Kit, id: number) {
    this.#kit = kit;
    this.id = id;
    this.token = signToken(secret, { user: id, session: `session-${id}`, lifetime: 600 });
  }

  /** Connects to a gateway and waits for the welcome frame. */
  connect(gateway = 0, query: Record<string, string> = {}): Promise<Client> {
    return Client.open(this.#kit.gateway(gateway), this.token, { cursor: 'latest', ...query });
  }

  /**
   * Calls the api and returns the parsed response. For an error response, throws an Error with
   * `status code` as message.
   */
  async call<T = undefined>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(`${this.#kit.api}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed = text === '' ? undefined : JSON.parse(text);
    if (answer.status >= 400) throw new Error(`${answer.status} ${parsed.code}`);
    return parsed as T;
  }

  /** Returns the texts of the messages that the api returns for a chat. */
  async texts(chat: number): Promise<string[]> {
    const { items } = await this.call<{ items: Message[] }>('GET', `/chats/${chat}/messages?limit=200`);
    return items.map(({ body }) => (body?.type === 'text' ? body.text : '-'));
  }

  /** The person's chats. */
  async chats(): Promise<Chat[]> {
    return (await this.call<{ items: Chat[] }>('GET', '/chats?limit=200')).items;
  }

  async chat(chat: number): Promise<Chat> {
    const found = (await this.chats()).find((each) => each.chat === chat);
    if (!found) throw new Error(`no chat ${chat} in the list`);
    return found;
  }
}
