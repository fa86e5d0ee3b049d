import { isIP } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { readAddress } from './address.ts';
import { createKeys, type Keys } from './keys.ts';
import { BoundedMap } from './recent.ts';
import { type Argument, type Script, scriptTexts } from './script.ts';
import { TakeOvers } from './take-overs.ts';
import { RedisSockets } from './wire/wires.ts';

/** One Redis server or a Redis Cluster, seen alike. */
export type RedisClient = Redis | Cluster;

/** A connection to Redis with the names of everything in it. */
export interface RedisConnection {
  /** For what is not done for each message; the scripts have connections of their own. */
  readonly client: RedisClient;
  readonly keys: Keys;
  /** True for Redis Cluster: a script reaches one bucket only. */
  readonly clustered: boolean;
  /** Events an inbox holds, about. */
  readonly inboxLength: number;
  /** Seconds after which an inbox nobody writes to is gone. */
  readonly inboxTtl: number;
  /** Ms since 1970 at which the server of a bucket took the place of a failed master; 0 for never. Inboxes that are older begin anew. */
  since(bucket: number): { toString(): string };
  /** The epochs of inboxes that were written to, as last seen. */
  readonly epochs: BoundedMap<number, string>;
  /** Runs a script. Rejects when Redis is away or refuses; what the script expects to happen, it answers. */
  run(script: Script, keys: string[], args: Argument[]): Promise<unknown>;
  /** Sends one command about a key, by the connections of the scripts. */
  call(key: string, args: Argument[]): Promise<unknown>;
  /** Replicas that must have what is to count as done. */
  readonly replicas: number;
  /**
   * Resolves once that many replicas have all that was written so far in these buckets, by whomever; at once where none is asked for.
   * Rejects when they do not confirm.
   */
  confirm(buckets: Iterable<number>): Promise<void>;
  /** Drops the connection and comes back: for one that looks alive but is silent. Commands under way reject. */
  reset(): void;
  /** Waits for the scripts under way, then closes the connection. */
  close(): Promise<void>;
}

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://`; several separated by commas are nodes of a Redis Cluster. */
  url: string;
  /** Shown by `CLIENT LIST`. */
  name?: string;
  /** Default 64; the same in every process. */
  buckets?: number;
  /** Default 1000. */
  inboxLength?: number;
  /** Seconds, default 30 days. */
  inboxTtl?: number;
  /** Replicas that must have an event before it counts as accepted; default 0. */
  replicas?: number;
}

/** Ms that replies under way get when the connection is closed. */
const CLOSE_PATIENCE = 2000;

/** Inboxes whose epochs are remembered. */
const EPOCHS = 20_000;

/**
 * Connects to Redis and resolves once commands pass. Later losses of the connection are mended in the background; commands
 * sent meanwhile reject at once, so that nobody waits for what may not come.
 */
export async function connectRedis({
  inboxLength = 1000,
  inboxTtl = 30 * 86400,
  buckets = 64,
  replicas = 0,
  ...options
}: RedisConnectionOptions): Promise<RedisConnection> {
  const clustered = options.url.includes(',');
  const client = createRedisClient(options);
  let reason: Error | undefined;
  const note = (error: Error & { lastNodeError?: Error }) => {
    reason = error.lastNodeError ?? error;
  };
  client.on('error', note);
  try {
    // Of a cluster that is not whole yet the promise may never settle, though the client gets ready in the end.
    await Promise.race([client.connect(), new Promise((resolve) => client.once('ready', resolve))]);
  } catch (error) {
    client.disconnect();
    const cause = reason ?? (error as Error);
    throw new Error(`Redis does not answer at ${withoutPassword(options.url)}: ${messageOf(cause)}`, { cause });
  }
  client.off('error', note);
  const keys = createKeys(buckets);
  const takeOvers = new TakeOvers(keys, clustered);
  // What replicas have to confirm, none that takes over is without.
  const greet = replicas === 0 ? takeOvers.ask.bind(takeOvers) : undefined;
  const wires = new RedisSockets(client, wireOptions(options, replicas), greet);
  return {
    since: (bucket) => takeOvers.since(bucket),
    client,
    keys,
    clustered,
    inboxLength,
    inboxTtl,
    epochs: new BoundedMap(EPOCHS),
    run: (script, keys, args) =>
      script.run((command) => wires.call(keys[0] as string, command, script.durable), keys, args),
    call: (key, args) => wires.call(key, args, false),
    replicas,
    confirm: async (buckets) => {
      if (replicas === 0) return;
      // One server's confirmation speaks for all its buckets.
      const names = [...buckets].map((bucket) => keys.confirm(bucket)).slice(0, clustered ? undefined : 1);
      await Promise.all(names.map((name) => wires.call(name, ['SET', name, '', 'PX', 1], true)));
    },
    reset: () => {
      if (client.status === 'ready') client.disconnect(true);
      wires.reset();
    },
    close: async () => {
      const closing = wires
        .close()
        .then(() => client.quit())
        .catch(() => {});
      // A server that does not answer must not keep a process that is to end.
      await Promise.race([closing, setTimeout(CLOSE_PATIENCE, undefined, { ref: false })]);
      wires.reset();
      client.disconnect();
    },
  };
}

/**
 * A client that is not connected yet: call `connect()`. Several urls separated by commas make it one of a Redis Cluster.
 * Errors of the connection are swallowed here, since each command reports them.
 */
export function createRedisClient({ url, name = 'parley' }: { url: string; name?: string }): RedisClient {
  const urls = url.split(',').map((each) => each.trim());
  const options = { ...redisOptions(url), connectionName: name };
  if (urls.length === 1) {
    const client = new Redis(url, options);
    client.on('error', () => {});
    return client;
  }
  const cluster = new Cluster(
    urls.map((each) => {
      const { host, port } = readAddress(each);
      return { host, port };
    }),
    {
      lazyConnect: true,
      enableAutoPipelining: true,
      enableOfflineQueue: false,
      slotsRefreshTimeout: 2000,
      slotsRefreshInterval: 5000,
      // What a lost connection left unanswered may have been done: it rejects, and is not sent again.
      retryDelayOnFailover: 0,
      clusterRetryStrategy: options.retryStrategy,
      redisOptions: { ...options, enableAutoPipelining: false },
    },
  );
  cluster.on('error', () => {});
  return cluster;
}

/** How every connection to Redis behaves; of a cluster, user, password and TLS come from the first url. */
export function redisOptions(url: string) {
  const { host, tls, username, password } = readAddress(url);
  const clustered = url.includes(',');
  return {
    lazyConnect: true,
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: retryDelay,
    ...(clustered && username ? { username } : {}),
    ...(clustered && password ? { password } : {}),
    ...(clustered && tls ? { tls: {} } : {}),
    // Servers behind a proxy are told apart by the name that is asked for.
    ...(!clustered && tls && !isIP(host) ? { tls: { servername: host } } : {}),
  };
}

function wireOptions({ url, name = 'parley' }: { url: string; name?: string }, replicas: number) {
  return { ...readAddress(url), name, scripts: scriptTexts, replicas, retryDelay };
}

/** Ms until the next try after so many failures: up to 1 s, at random, so that not all come at once. */
function retryDelay(failures: number): number {
  return Math.min(50 * 2 ** Math.min(failures, 6), 1000) * (0.5 + Math.random() / 2);
}

/** Why a connection failed; a name with several addresses fails with one error for each. */
function messageOf(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(({ message }) => message).join(', ') : error.message;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/,]*@/g, '//');
}
