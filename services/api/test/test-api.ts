import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '@parley/database';
import type { ParleyEvent, Session } from '@parley/protocol';
import type { RedisConnection } from '@parley/redis';
import { createLog, type Log } from '@parley/service';
import { startTestRedis } from '@parley/stack';
import { testDatabase } from '@parley/stack/test';
import type { ApiConfig } from '../src/config.ts';
import { readConfig } from '../src/config.ts';
import { type Api, startApi } from '../src/start-api.ts';
import { createCheck, type OpenApiDocument } from './check-answer.ts';
import { Gate } from './gate.ts';
import { gatesBefore, type RedisGates } from './redis-gates.ts';

/**
 * An api with its own PostgreSQL database and Redis server. Tests call it over HTTP. Each response
 * is checked against `/openapi.json`.
 */
export class TestApi {
  readonly config: ApiConfig;
  /**
   * A connection that bypasses the gate of PostgreSQL, so that it works during a simulated outage.
   * `redis` does the same.
   */
  readonly db: Database;
  readonly redis: RedisConnection;
  readonly postgres: Gate;
  readonly redisGate: RedisGates['gate'];
  /** The lines that the api has logged. */
  readonly logged: string[];
  readonly #api: Api;
  readonly #check: ReturnType<typeof createCheck>;
  readonly #close: () => Promise<void>;
  #count = 0;

  private constructor(parts: Omit<Running, 'api' | 'document' | 'close'>, { api, document, close }: Running) {
    this.config = parts.config;
    this.db = parts.db;
    this.redis = parts.redis;
    this.postgres = parts.postgres;
    this.redisGate = parts.redisGate;
    this.logged = parts.logged;
    this.#api = api;
    this.#check = createCheck(document);
    this.#close = close;
  }

  static async start(env: Record<string, string> = {}): Promise<TestApi> {
    const [databaseUrl, redisServer] = await Promise.all([testDatabase(), startTestRedis()]);
    const { gate: postgres, url: DATABASE_URL } = await Gate.before(databaseUrl);
    const { gate: redisGate, url: REDIS_URL, connectPast } = await gatesBefore(redisServer);
    const MEDIA_DIR = await mkdtemp(join(tmpdir(), 'parley-api-'));
    const config = readConfig({ ...cheap, DATABASE_URL, REDIS_URL, MEDIA_DIR, ...env });
    const logged: string[] = [];
    const log: Log = createLog({ name: 'api', level: 'debug' }, { write: (line) => void logged.push(line) });
    const db = openDatabase({ url: databaseUrl, maxConnections: 4 });
    const redis = await connectPast(config.redis.buckets);
    const api = await startApi(config, log);
    const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApiDocument;
    const close = async (): Promise<void> => {
      await api.stop();
      await Promise.all([db.destroy(), redis.close(), postgres.close(), redisGate.close()]);
      await redisServer.stop();
      await rm(MEDIA_DIR, { recursive: true });
    };
    const running = { config, db, redis, postgres, redisGate, logged, api, document, close };
    return new TestApi(running, running);
  }

  get url(): string {
    return this.#api.url;
  }

  /** Sends a request and returns the response. */
  async call<T = Record<string, never>>(method: Method, path: string, options: CallOptions = {}): Promise<Answered<T>> {
    const { token, body, raw, headers } = options;
    const answer = await fetch(`${this.url}${path}`, {
      method: method.toUpperCase(),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined && raw === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? (raw === undefined ? {} : { body: raw }) : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    this.#check(method, path.split('?')[0] ?? '', { status: answer.status, type, body: parsed });
    return { status: answer.status, body: parsed as T, headers: answer.headers };
  }

  /** Registers a user with a unique name. */
  async person(): Promise<Person> {
    this.#count += 1;
    const username = `person-${this.#count}`;
    const { body: session } = await this.call<Session>('post', '/v1/users', { body: { username, password } });
    return new Person(this, session);
  }

  /** Registers three users in the order of their ids. */
  async people(): Promise<[Person, Person, Person]> {
    return [await this.person(), await this.person(), await this.person()];
  }

  /** Returns the events in a user's inbox, in order. */
  async events({ id }: Person): Promise<ParleyEvent[]> {
    const entries = await this.redis.client.xrange(this.redis.keys.inbox(id), '-', '+');
    return entries.map(([, fields]) => JSON.parse(fields[1] ?? '') as ParleyEvent);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

/** A signed-in user. */
export class Person {
  readonly id: number;
  readonly session: Session;
  readonly #api: TestApi;

  constructor(api: TestApi, session: Session) {
    this.#api = api;
    this.id = session.user.id;
    this.session = session;
  }

  get<T>(path: string): Promise<Answered<T>> {
    return this.call<T>('get', path);
  }

  call<T = Record<string, never>>(method: Method, path: string, body?: unknown): Promise<Answered<T>> {
    return this.#api.call<T>(method, path, {
      token: this.session.accessToken,
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Makes this user and another user friends. */
  async befriend(other: Person): Promise<void> {
    await this.call('post', '/v1/friend-requests', { to: other.id });
    await other.call('post', '/v1/friend-requests', { to: this.id });
  }
}

/** The password of every registered user. */
export const password = 'correct horse';

const cheap = {
  HOST: '127.0.0.1',
  PORT: '0',
  TOKEN_SECRET: 'a secret of tests, long enough for anything',
  ARGON2_MEMORY: '8KiB',
  ARGON2_TIME: '1',
  // Turns off the check of password strength, because it starts a process. The tests of that check
  // turn it on.
  PASSWORD_STRENGTH: '0',
  REGISTRATIONS_PER_MINUTE: '1000',
  OUTBOX_INTERVAL: '50ms',
  // Turns off group notices, because most tests compare all events of an inbox. The tests of group
  // notices turn them on.
  GROUP_NOTICES: 'off',
  COOKIE_SECURE: 'false',
};

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

interface CallOptions {
  token?: string;
  body?: unknown;
  raw?: string;
  headers?: Record<string, string>;
}

export interface Answered<T> {
  status: number;
  body: T;
  headers: Headers;
}

interface Running {
  config: ApiConfig;
  db: Database;
  redis: RedisConnection;
  postgres: Gate;
  redisGate: RedisGates['gate'];
  logged: string[];
  api: Api;
  document: OpenApiDocument;
  close: () => Promise<void>;
}
