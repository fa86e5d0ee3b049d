import { type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '@parley/stack';
import { afterAll, beforeAll, describe } from 'vitest';
import { connectRedis, type RedisConnection, type RedisConnectionOptions } from '../connection/redis-connection.ts';
import { listen } from './listen.ts';

/** Runs the same tests on one Redis server, and again on a Redis Cluster of three masters. */
export function onEachRedis(contract: (redis: TestRedis) => void): void {
  describe.each([
    { name: 'one Redis server', start: startRedis },
    { name: 'a Redis Cluster', start: startRedisCluster },
  ])('on $name', ({ start }) => {
    let server: RedisServer | RedisCluster;
    const connections: RedisConnection[] = [];
    let last = 1000;

    const open = async (options: Partial<RedisConnectionOptions> = {}) => {
      const connection = await connectRedis({ url: server.url, ...options });
      connections.push(connection);
      return connection;
    };
    beforeAll(async () => {
      server = await start();
      await open();
    });
    afterAll(async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await server.stop();
    });

    contract({
      get connection() {
        return connections[0] as RedisConnection;
      },
      get url() {
        return server.url;
      },
      open,
      newId: () => {
        last += 1;
        return last;
      },
      listen: (channel) => listen(connections[0] as RedisConnection, server.url, channel),
    });
  });
}

export interface TestRedis {
  readonly connection: RedisConnection;
  readonly url: string;
  /** Opens another connection, which closes after the last test. */
  open(options?: Partial<RedisConnectionOptions>): Promise<RedisConnection>;
  /** Returns an unused id of a user or group. Consecutive ids are in consecutive buckets. */
  newId(): number;
  /** Subscribes to a shard channel. */
  listen(channel: string): ReturnType<typeof listen>;
}
