import { cp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { advanceMark, openDatabase, openPool, readInstallation, verifyDatabase } from '@parley/database';
import { accept, connectRedis, endStream, mutate, readMarks, recover, writeMarks, writePermits } from '@parley/redis';
import { createLog } from '@parley/service';
import { type RedisServer, startRedis, waitFor } from '@parley/stack';
import { testDatabase } from '@parley/stack/test';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { Fixture } from '../testing/fixture.ts';
import { drained, runRecorder } from '../testing/running.ts';
import { reconcileStores } from './reconcile-stores.ts';

const BUCKETS = 4;
const device = { device: 'd', limit: 100 };
const log = createLog({ name: 'test', level: 'silent' });
let stores: Stores;
beforeEach(async () => {
  stores = await Stores.start();
});
afterEach(() => stores.stop());

describe('reconcile', () => {
  it('reconcile writes the entries of Redis to PostgreSQL and starts new epochs if only PostgreSQL was restored', async () => {
    const [a, b] = await stores.users();
    await stores.send(a, b, 'before');
    const backup = await stores.copyDatabase();
    const { id } = await stores.send(b, a, 'after');
    await stores.edit(b, a, id, 'edited');
    const cursor = await stores.cursor(a);
    stores.databaseUrl = backup;
    await stores.expectMismatch(/PostgreSQL is older/);
    await stores.reconcile();
    expect(await stores.texts(a, b)).toEqual(['before', 'edited']);
    expect(await stores.texts(b, a)).toEqual(['before', 'edited']);
    await stores.expectReload(a, cursor);
  }, 60_000);

  it('reconcile keeps the data of PostgreSQL and starts new epochs if only Redis was restored', async () => {
    const [a, b] = await stores.users();
    const { id } = await stores.send(a, b, 'before');
    await stores.edit(a, b, id, 'once');
    await stores.copyRedis();
    await stores.send(b, a, 'after');
    await stores.edit(a, b, id, 'twice');
    const cursor = await stores.cursor(a);
    await stores.restoreRedis();
    await stores.expectMismatch(/Redis is older/);
    await stores.reconcile();
    for (const [user, chat] of [
      [a, b],
      [b, a],
    ] as const)
      expect(await stores.texts(user, chat)).toEqual(['twice', 'after']);
    await stores.expectReload(a, cursor);
  }, 60_000);

  it('a stream that was open in the backup of Redis does not replace its final text after a restore', async () => {
    const [a, b] = await stores.users();
    const { id, conversation } = await stores.stream(a, b, 'first');
    await stores.copyRedis();
    await stores.endStream(conversation, id, 'first and last');
    await stores.restoreRedis();
    await stores.expectMismatch(/Redis is older/);
    await stores.reconcile();
    await stores.endStream(conversation, id);
    expect(await stores.texts(a, b)).toEqual(['first and last']);
    expect(await stores.texts(b, a)).toEqual(['first and last']);
  }, 60_000);

  it('reconcile merges the messages of both stores if they were restored to different times', async () => {
    const [a, b] = await stores.users();
    await stores.send(a, b, 'one');
    const backup = await stores.copyDatabase();
    await stores.send(b, a, 'two');
    await stores.copyRedis();
    await stores.send(a, b, 'lost in both');
    const cursor = await stores.cursor(b);
    stores.databaseUrl = backup;
    await stores.restoreRedis();
    await stores.expectMismatch(/PostgreSQL is older/);
    await stores.reconcile();
    expect(await stores.texts(a, b)).toEqual(['one', 'two']);
    expect(await stores.texts(b, a)).toEqual(['one', 'two']);
    await stores.expectReload(b, cursor);
  }, 60_000);

  it('reconcile makes every device reload if both stores were restored and Redis was copied first', async () => {
    const [a, b] = await stores.users();
    await stores.send(a, b, 'one');
    await stores.copyRedis();
    const backup = await stores.copyDatabase();
    await stores.send(b, a, 'lost in both');
    const cursor = await stores.cursor(b);
    stores.databaseUrl = backup;
    await stores.restoreRedis();
    await stores.reconcile();
    expect(await stores.texts(a, b)).toEqual(['one']);
    expect(await stores.texts(b, a)).toEqual(['one']);
    await stores.expectReload(b, cursor);
  }, 60_000);

  it('the recorder rejects the Redis of another installation until the stores are reconciled', async () => {
    const [a, b] = await stores.users();
    await stores.send(a, b, 'elsewhere');
    stores.databaseUrl = await testDatabase();
    const db = openDatabase({ url: stores.databaseUrl, maxConnections: 1 });
    await db.updateTable('installation').set({ id: crypto.randomUUID() }).execute();
    await db.destroy();
    await stores.expectMismatch(/different installations/);
    await stores.reconcile();
  }, 60_000);
});

/**
 * Redis and PostgreSQL of an installation, each of which can be copied and restored. A recorder
 * runs only while messages are sent.
 */
class Stores {
  databaseUrl: string;
  readonly #dir: string;
  #redis: RedisServer;
  #refs = 0;

  private constructor(redis: RedisServer, databaseUrl: string, dir: string) {
    this.#redis = redis;
    this.databaseUrl = databaseUrl;
    this.#dir = dir;
  }

  static async start(): Promise<Stores> {
    const dir = join(tmpdir(), `parley-stores-${process.pid}-${Date.now()}`);
    return new Stores(await startRedis({ dir }), await testDatabase(), dir);
  }

  async users(): Promise<[number, number]> {
    await using world = new Fixture(this.databaseUrl);
    const [a, b] = await world.users(2);
    await using redis = await this.#connect();
    await writePermits(redis, a, { kind: 'user', version: 1, contacts: [b], blocks: [] });
    return [a, b];
  }

  /** Sends and records a message, and lets the stores advance. */
  async send(from: number, to: number, text: string) {
    await using redis = await this.#connect();
    const body = JSON.stringify({ type: 'text', text });
    const accepted = await accept(redis, { from, to, ref: `r${++this.#refs}`, body, record: true });
    await this.#record();
    return accepted;
  }

  /** Starts and records a streamed message. */
  async stream(from: number, to: number, text: string) {
    await using redis = await this.#connect();
    const facts = { chars: text.length, record: 1, slot: 'slot' } as const;
    const stream = { text: JSON.stringify(text), idle: 60_000, time: 60_000, facts };
    const body = JSON.stringify({ type: 'text', text });
    const accepted = await accept(redis, { from, to, ref: `r${++this.#refs}`, body, record: true, stream });
    await this.#record();
    return accepted;
  }

  /** Ends a stream, if it is open, and records its final text. Default: the text of the stream. */
  async endStream(conversation: string, id: number, text?: string): Promise<void> {
    await using redis = await this.#connect();
    const body = text === undefined ? undefined : { type: 'text' as const, text };
    await endStream(redis, conversation, id, { body, participants: [] });
    await this.#record();
  }

  async edit(user: number, chat: number, id: number, text: string): Promise<void> {
    await using redis = await this.#connect();
    const body = { type: 'text' as const, text };
    await mutate(redis, {
      record: { kind: 'edit', user, chat, id, date: Date.now(), body },
      recorded: true,
      recall: undefined,
      entries: [
        [user, chat],
        [chat, user],
      ].map(([owner = 0, named]) => ({
        user: owner,
        event: JSON.stringify({ kind: 'edit', id, body, chat: named, user }),
      })),
    });
    await this.#record();
  }

  async #record(): Promise<void> {
    await using recorder = await this.#recorder();
    await using redis = await this.#connect();
    await waitFor(async () => (await fetch(`${recorder.url}/readyz`)).ok);
    await drained(redis);
    const db = openDatabase({ url: this.databaseUrl, maxConnections: 1 });
    // Advances twice, so that each copy of a store is more than one mark behind.
    for (let i = 0; i < 2; i += 1) {
      const { mark } = await readInstallation(db);
      const advanced = await advanceMark(db, mark, -10_000);
      if (advanced) await writeMarks(redis, advanced);
    }
    await db.destroy();
  }

  async cursor(user: number) {
    await using redis = await this.#connect();
    const { epoch, last } = await recover(redis, user, 'acknowledged', device);
    return { epoch, offset: last };
  }

  /** Returns the texts of a user's copy in PostgreSQL, in order. */
  async texts(user: number, chat: number): Promise<unknown[]> {
    const db = openDatabase({ url: this.databaseUrl, maxConnections: 1 });
    const rows = await db
      .selectFrom('messages')
      .select('body')
      .where('owner_id', '=', user)
      .where('peer_id', '=', chat)
      .orderBy('id')
      .execute();
    await db.destroy();
    return rows.map(({ body }) => body?.text);
  }

  /** Expects that a recorder neither records nor is ready, and reports this reason. */
  async expectMismatch(reason: RegExp): Promise<void> {
    await using recorder = await this.#recorder();
    await using redis = await this.#connect();
    await waitFor(async () => (await fetch(`${recorder.url}/readyz`)).status === 503);
    const { reasons } = (await (await fetch(`${recorder.url}/readyz`)).json()) as { reasons: string[] };
    expect(reasons.join()).toMatch(reason);
    expect(await redis.client.get(redis.keys.stores)).toMatch(reason);
    const metrics = await (await fetch(`${recorder.url}/metrics`)).text();
    expect(metrics).toMatch(/parley_stores_mismatch\{[^}]*\} 1/);
  }

  async reconcile(): Promise<void> {
    await using redis = await this.#connect();
    const db = openDatabase({ url: this.databaseUrl, maxConnections: 2 });
    const pool = openPool({ url: this.databaseUrl, maxConnections: 1 });
    await reconcileStores({ redis, db, pool, log });
    const faults = (await verifyDatabase(pool)).filter(({ faults }) => faults > 0);
    expect(faults).toEqual([]);
    expect((await readMarks(redis))[0]).toMatchObject({ installation: (await readInstallation(db)).installation });
    await Promise.all([db.destroy(), pool.end()]);
    await using recorder = await this.#recorder();
    await waitFor(async () => (await fetch(`${recorder.url}/readyz`)).ok);
  }

  /**
   * Expects that a device with an old cursor has to reload, and that a new device receives nothing
   * that PostgreSQL lacks.
   */
  async expectReload(user: number, cursor: { epoch: number; offset: number }): Promise<void> {
    await using redis = await this.#connect();
    expect(await recover(redis, user, cursor, device)).toMatchObject({ recovered: false, events: [] });
    expect((await recover(redis, user, 'acknowledged', { ...device, device: 'new' })).events).toEqual([]);
  }

  async copyDatabase(): Promise<string> {
    const server = inject('postgres');
    await using admin = openDatabase({ url: server, maxConnections: 1 });
    const name = `backup_${process.pid}_${Date.now()}`;
    await sql.raw(`create database ${name} template ${new URL(this.databaseUrl).pathname.slice(1)}`).execute(admin);
    return new URL(`/${name}`, server).href;
  }

  async copyRedis(): Promise<void> {
    await this.#redis.stop();
    await cp(this.#dir, `${this.#dir}-copy`, { recursive: true });
    this.#redis = await startRedis({ dir: this.#dir });
  }

  async restoreRedis(): Promise<void> {
    await this.#redis.stop();
    await rm(this.#dir, { recursive: true });
    await cp(`${this.#dir}-copy`, this.#dir, { recursive: true });
    this.#redis = await startRedis({ dir: this.#dir });
  }

  async stop(): Promise<void> {
    await this.#redis.stop();
    await Promise.all([this.#dir, `${this.#dir}-copy`].map((dir) => rm(dir, { recursive: true, force: true })));
  }

  #recorder() {
    return runRecorder({ REDIS_URL: this.#redis.url, DATABASE_URL: this.databaseUrl, BUCKETS: String(BUCKETS) });
  }

  async #connect() {
    const redis = await connectRedis({ url: this.#redis.url, buckets: BUCKETS });
    return Object.assign(redis, { [Symbol.asyncDispose]: () => redis.close() });
  }
}
