import { isIP } from 'node:net';
import { Cluster, Redis } from 'ioredis';
import { readAddress } from './address.ts';

/** A client of one Redis server or of a Redis Cluster. */
export type RedisClient = Redis | Cluster;

/**
 * Creates a client that is not connected yet: call `connect()`. Several urls separated by commas
 * make it a client of a Redis Cluster. Swallows `error` events, because each command reports the
 * errors of its connection.
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
      // Redis may have executed a command whose reply was lost: reject instead of sending it again.
      retryDelayOnFailover: 0,
      clusterRetryStrategy: options.retryStrategy,
      redisOptions: { ...options, enableAutoPipelining: false },
    },
  );
  cluster.on('error', () => {});
  return cluster;
}

/**
 * Options of every ioredis client. In a cluster, user, password and TLS come from the first url.
 */
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
    // A TLS proxy selects the Redis server by the name in the handshake (SNI).
    ...(!clustered && tls && !isIP(host) ? { tls: { servername: host } } : {}),
  };
}

/**
 * Returns the ms to wait after a number of failed attempts: up to 1 s, at random, so that clients
 * do not all reconnect at the same time.
 */
export function retryDelay(failures: number): number {
  return Math.min(50 * 2 ** Math.min(failures, 6), 1000) * (0.5 + Math.random() / 2);
}
