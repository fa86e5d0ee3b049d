import { isIP } from 'node:net';
import { Cluster, Redis } from 'ioredis';
import { readAddress } from './address.ts';

/** A client of one Redis server or of a Redis Cluster. */
export type RedisClient = Redis | Cluster;

/**
 * Creates a client that is not connected yet: call `connect()`. With several URLs separated by
 * commas, it is a client of a Redis Cluster. The client ignores `error` events, because each
 * command rejects with the error of its connection.
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
      // Does not send a command again after a fail-over, because Redis might have executed it and
      // only the reply was lost.
      retryDelayOnFailover: 0,
      clusterRetryStrategy: options.retryStrategy,
      redisOptions: { ...options, enableAutoPipelining: false },
    },
  );
  cluster.on('error', () => {});
  return cluster;
}

/**
 * Returns the options of every ioredis client. In a cluster, the user, the password and TLS come
 * from the first URL.
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
    // Sends the host name in the TLS handshake (SNI), because a TLS proxy selects the Redis server
    // by this name.
    ...(!clustered && tls && !isIP(host) ? { tls: { servername: host } } : {}),
  };
}

/**
 * Returns the ms to wait before the next attempt to connect, after `failures` failed attempts: at
 * most 1 s. The time is random, so that clients do not all reconnect at the same moment.
 */
export function retryDelay(failures: number): number {
  return Math.min(50 * 2 ** Math.min(failures, 6), 1000) * (0.5 + Math.random() / 2);
}
