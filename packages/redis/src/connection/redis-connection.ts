import { setTimeout } from 'node:timers/promises';
import { createKeys, type Keys } from '../keys.ts';
import { readAddress } from './address.ts';
import { BoundedMap } from './bounded-map.ts';
import { createRedisClient, type RedisClient, retryDelay } from './create-redis-client.ts';
import { Generations } from './generations.ts';
import { MemoryWatch } from './memory-watch.ts';
import { RedisSockets } from './redis-sockets.ts';
import { type Argument, type Script, scriptTexts } from './script.ts';
import { SlotMap } from './slot-map.ts';

/** The process's connection to Redis, one server or a Redis Cluster, with the names of all keys. */
export interface RedisConnection {
  /**
   * A general client, for commands that are not sent for each message. Scripts have sockets of
   * their own.
   */
  readonly client: RedisClient;
  readonly keys: Keys;
  /** True for Redis Cluster: a script reaches the keys of one bucket only. */
  readonly clustered: boolean;
  /** Messages that an inbox holds, approximately; other events have a limit of the same size. */
  readonly inboxLength: number;
  /** Seconds after which an inbox without new events expires. */
  readonly inboxTtl: number;
  /** Bytes of memory that an inbox may use, approximately. */
  readonly inboxBytes: number;
  /** Ms for which the ref of a message is remembered. */
  readonly refWindow: number;
  /**
   * Returns the bucket's generation. It is evaluated when the command is sent. Inboxes with a lower
   * epoch get a new one.
   */
  generation(bucket: number): { toString(): string };
  /** When a server lost all its data the last time, in Unix ms. 0 = never, as far as known. */
  readonly lostAt: number;
  /** Rejects messages while a server is almost out of memory. */
  readonly memory: MemoryWatch;
  /** User -> epoch of the inbox, from the reply of the last script that appended to it. */
  readonly epochs: BoundedMap<number, string>;
  /**
   * Runs a script. Rejects when Redis is unavailable or refuses the command; expected outcomes are
   * replies.
   */
  run(script: Script, keys: string[], args: Argument[]): Promise<unknown>;
  /** Sends one command about a key, over the sockets of the scripts. */
  call(key: string, args: Argument[]): Promise<unknown>;
  /**
   * Returns the `host:port` of the master that has a key; Undefined on one server, or while the
   * master is unknown.
   */
  masterOf(key: string): string | undefined;
  /** Reads from the cluster which master serves which slot. */
  refreshMasters(): Promise<void>;
  /** Replicas that must have a write before it counts as done. */
  readonly replicas: number;
  /**
   * Resolves once `replicas` replicas have every write that any process has made to these buckets
   * so far. Resolves at once if `replicas` is 0. Rejects if they do not confirm.
   */
  confirm(buckets: Iterable<number>): Promise<void>;
  /** Reconnects a connection on which replies have stopped. Commands in flight reject. */
  reset(): void;
  /** Waits for the scripts in flight, then closes the connection. */
  close(): Promise<void>;
}

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://`; several separated by commas are nodes of a Redis Cluster. */
  url: string;
  /** Shown by `CLIENT LIST`. */
  name?: string;
  /** Default: 64. The same in every process. */
  buckets?: number;
  /** Default: 1000. */
  inboxLength?: number;
  /** Default: 4 MiB. */
  inboxBytes?: number;
  /** Seconds. Default: 30 days. */
  inboxTtl?: number;
  /** Ms. Default: 10 minutes. */
  refWindow?: number;
  /** Replicas that must have an event before it counts as accepted. Default: 0. */
  replicas?: number;
  /** Share of `maxmemory`, 0 to 1, above which messages are rejected. Default: 0.9. */
  memoryShare?: number;
}

/** Ms to wait for replies in flight when the connection is closed. */
const CLOSE_TIMEOUT_MS = 2000;

/** Maximum number of inboxes whose epochs are cached. */
const MAX_EPOCHS = 20_000;

/**
 * Connects to Redis and resolves once Redis executes commands. Reconnects by itself later. Commands
 * sent while the connection is down reject at once.
 */
export async function connectRedis({
  inboxLength = 1000,
  inboxBytes = 4 * 1024 * 1024,
  inboxTtl = 30 * 86400,
  refWindow = 600_000,
  buckets = 64,
  replicas = 0,
  memoryShare = 0.9,
  ...options
}: RedisConnectionOptions): Promise<RedisConnection> {
  const clustered = options.url.includes(',');
  const client = await connectClient(options);
  const keys = createKeys(buckets);
  const slots = new SlotMap(client);
  await slots.refresh();
  const memory = new MemoryWatch(client, memoryShare);
  const generations = new Generations(keys, clustered);
  const sockets = new RedisSockets(clustered, slots, socketOptions(options, replicas), (call, has) =>
    generations.read(call, has),
  );
  return {
    generation: (bucket) => generations.of(bucket),
    get lostAt() {
      return generations.lostAt;
    },
    client,
    keys,
    memory,
    clustered,
    inboxLength,
    inboxBytes,
    inboxTtl,
    refWindow,
    epochs: new BoundedMap(MAX_EPOCHS),
    run: (script, keys, args) =>
      script.run((command) => sockets.call(keys[0] as string, command, script.durable), keys, args),
    call: (key, args) => sockets.call(key, args, false),
    masterOf: (key) => slots.masterOf(key),
    refreshMasters: () => slots.refresh(),
    replicas,
    confirm: async (buckets) => {
      if (replicas === 0) return;
      // On one server, one confirmation covers all buckets.
      const names = [...buckets].map((bucket) => keys.confirm(bucket)).slice(0, clustered ? undefined : 1);
      await Promise.all(names.map((name) => sockets.call(name, ['SET', name, '', 'PX', 1], true)));
    },
    reset: () => {
      if (client.status === 'ready') client.disconnect(true);
      sockets.reset();
    },
    close: async () => {
      slots.close();
      memory.close();
      const closing = sockets
        .close()
        .then(() => client.quit())
        .catch(() => {});
      // A server that does not reply must not keep the process alive.
      await Promise.race([closing, setTimeout(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
      sockets.reset();
      client.disconnect();
    },
  };
}

async function connectClient(options: { url: string; name?: string }): Promise<RedisClient> {
  const client = createRedisClient(options);
  let reason: Error | undefined;
  const note = (error: Error & { lastNodeError?: Error }) => {
    reason = error.lastNodeError ?? error;
  };
  client.on('error', note);
  try {
    // While a cluster is incomplete the promise may never settle, although the client becomes
    // ready.
    await Promise.race([client.connect(), new Promise((resolve) => client.once('ready', resolve))]);
  } catch (error) {
    client.disconnect();
    const cause = reason ?? (error as Error);
    throw new Error(`Redis does not answer at ${withoutPassword(options.url)}: ${messageOf(cause)}`, { cause });
  }
  client.off('error', note);
  return client;
}

function socketOptions({ url, name = 'parley' }: { url: string; name?: string }, replicas: number) {
  return { ...readAddress(url), name, scripts: scriptTexts, replicas, retryDelay };
}

/**
 * Returns why a connection failed. If a host name has several addresses, it lists the error of
 * each.
 */
function messageOf(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(({ message }) => message).join(', ') : error.message;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/,]*@/g, '//');
}
