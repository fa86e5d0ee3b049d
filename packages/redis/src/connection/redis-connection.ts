import { setTimeout } from 'node:timers/promises';
import { createKeys, type Keys } from '../keys.ts';
import { readAddress } from './address.ts';
import { BoundedMap } from './bounded-map.ts';
import { createRedisClient, type RedisClient, retryDelay } from './create-redis-client.ts';
import { Generations } from './generations.ts';
import { MemoryWatch } from './memory-watch.ts';
import { pingRedis } from './ping-redis.ts';
import { RedisSockets } from './redis-sockets.ts';
import { type Argument, type Script, scriptTexts } from './script.ts';
import { SlotMap } from './slot-map.ts';

/**
 * The process's connection to Redis, which is one server or a Redis Cluster, with the names of all
 * keys.
 */
export interface RedisConnection {
  /**
   * General-purpose client, for commands that are not sent for each message. Scripts use sockets of
   * their own.
   */
  readonly client: RedisClient;
  readonly keys: Keys;
  /** True for a Redis Cluster, in which a script can access only the keys of one bucket. */
  readonly clustered: boolean;
  /**
   * Approximate maximum number of messages in an inbox. Other events have a separate limit of the
   * same size.
   */
  readonly inboxLength: number;
  /** Seconds after which an inbox that gets no new events expires. */
  readonly inboxTtl: number;
  /** Approximate maximum memory of an inbox, in bytes. */
  readonly inboxBytes: number;
  /** Ms for which Redis stores the ref (idempotency key) of a message. */
  readonly refWindow: number;
  /**
   * Returns an object that converts to the bucket's generation (a number that grows when the server
   * might have lost writes) when the command is sent. Inboxes whose epoch is below the generation
   * get a new epoch.
   */
  generation(bucket: number): { toString(): string };
  /** Unix ms at which a server last lost all its data. 0: no loss is known. */
  readonly lostAt: number;
  /** Watches the memory of Redis, and rejects messages while a server is almost out of memory. */
  readonly memory: MemoryWatch;
  /**
   * Caches for each user the epoch of their inbox, from the reply of the last script that appended
   * to it.
   */
  readonly epochs: BoundedMap<number, string>;
  /**
   * Runs a script. Rejects if Redis is unavailable or rejects the command. Expected outcomes are
   * replies, not errors.
   */
  run(script: Script, keys: string[], args: Argument[]): Promise<unknown>;
  /** Sends a single command for a key, over the socket that also carries the scripts. */
  call(key: string, args: Argument[]): Promise<unknown>;
  /**
   * Returns the `host:port` of the master that stores a key. Returns undefined without a cluster,
   * or while the master is unknown.
   */
  masterOf(key: string): string | undefined;
  /** Reads from the cluster which master serves each slot. */
  refreshMasters(): Promise<void>;
  /** Number of replicas that must have a write before it counts as done. */
  readonly replicas: number;
  /**
   * Resolves once `replicas` replicas have every write that any process has made to some buckets so
   * far. Resolves at once if `replicas` is 0. Rejects if too few replicas confirm.
   */
  confirm(buckets: Iterable<number>): Promise<void>;
  /** Reconnects a connection on which replies have stopped. The commands in flight reject. */
  reset(): void;
  /** Waits for the scripts in flight, then closes the connection. */
  close(): Promise<void>;
}

export interface RedisConnectionOptions {
  /**
   * Address of Redis: `redis://` or `rediss://`. Several addresses separated by commas are nodes of
   * a Redis Cluster.
   */
  url: string;
  /** Name of the connection that Redis' `CLIENT LIST` shows. */
  name?: string;
  /** Number of hash buckets, the same in every process. Default: 64. */
  buckets?: number;
  /** Default: 1000. */
  inboxLength?: number;
  /** Default: 4 MiB. */
  inboxBytes?: number;
  /** Seconds after which an inbox without new events expires. Default: 30 days. */
  inboxTtl?: number;
  /** Ms for which the ref of a message is stored. Default: 10 minutes. */
  refWindow?: number;
  /** Number of replicas that must have an event before it counts as accepted. Default: 0. */
  replicas?: number;
  /**
   * Share of `maxmemory`, from 0 to 1, above which Redis counts as full and messages are rejected.
   * Default: 0.9.
   */
  memoryShare?: number;
}

/** Ms that closing the connection waits for the replies in flight. */
const CLOSE_TIMEOUT_MS = 2000;

/** Maximum number of inboxes whose epoch is cached. */
const MAX_EPOCHS = 20_000;

/**
 * Connects to Redis and resolves once Redis executes commands. The connection reconnects by itself.
 * While it is down, commands reject at once.
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
      // Without a cluster, one confirmation covers all buckets.
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
      // Does not wait forever, so that a server that does not reply cannot keep the process alive.
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
    // Also waits for `ready`, because in an incomplete cluster the promise of `connect()` might
    // never settle although the client is ready.
    await Promise.race([client.connect(), new Promise((resolve) => client.once('ready', resolve))]);
    if (!('nodes' in client)) await pingRedis(client);
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
 * Returns the reason why a connection failed. If the host name has several addresses, lists the
 * error of each address.
 */
function messageOf(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(({ message }) => message).join(', ') : error.message;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/,]*@/g, '//');
}
