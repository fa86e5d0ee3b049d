import { startRedisCluster, waitFor } from '@parley/stack';
import { afterEach, describe, expect, it } from 'vitest';
import { publish } from '../presence/control.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { moveBucket } from '../test/move-bucket.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';
import { Subscriber } from './subscriber.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/**
 * Opens a subscriber, and collects the messages that it receives and the buckets that it reports.
 */
const subscriberOf = (connection: RedisConnection, url: string) => {
  const heard: string[] = [];
  const missed: number[][] = [];
  const subscriber = new Subscriber(connection, url, {
    message: (channel, data) => heard.push(`${channel} ${data}`),
    missed: (buckets) => missed.push([...buckets].sort((a, b) => a - b)),
  });
  closing.push(() => subscriber.close());
  return { subscriber, heard, missed };
};

/**
 * Publishes to users until the last published message arrives. By then, earlier messages have
 * arrived or never will.
 */
const untilHeard = async (connection: RedisConnection, user: number, heard: string[], text: string) => {
  await waitFor(async () => {
    await publish(connection, user, text);
    return heard.includes(`${connection.keys.user(user)} ${text}`);
  });
};

onEachRedis((redis) => {
  it('after subscribe() resolves, a subscriber receives every message unchanged and in order', async () => {
    const { subscriber, heard } = subscriberOf(redis.connection, redis.url);
    const users = Array.from({ length: 70 }, () => redis.newId());
    await Promise.all(users.map((user) => subscriber.subscribe(redis.connection.keys.user(user))));
    const texts = ['{"a":"ä漢👩‍👩‍👧"}', '!{}', '3'];
    for (const text of texts) await Promise.all(users.map((user) => publish(redis.connection, user, text)));
    await waitFor(() => heard.length === 210);
    for (const user of users) {
      const channel = redis.connection.keys.user(user);
      expect(heard.filter((line) => line.startsWith(`${channel} `))).toEqual(texts.map((text) => `${channel} ${text}`));
    }
  });

  it('a subscriber receives no message of an unsubscribed channel, and every message of other channels', async () => {
    const { subscriber, heard } = subscriberOf(redis.connection, redis.url);
    const one = redis.newId();
    const other = one + 64_000;
    const { keys } = redis.connection;
    await Promise.all([one, other].map((user) => subscriber.subscribe(keys.user(user))));
    subscriber.unsubscribe(keys.user(one));
    await untilHeard(redis.connection, other, heard, 'sync');
    heard.splice(0);
    await publish(redis.connection, one, 'unheard');
    await untilHeard(redis.connection, other, heard, 'heard');
    expect(heard.some((line) => line.endsWith(' unheard'))).toBe(false);
    await subscriber.subscribe(keys.user(one));
    await publish(redis.connection, one, 'again');
    await waitFor(() => heard.includes(`${keys.user(one)} again`));
  });

  it('a subscriber resubscribes after a lost connection and reports that messages might be missing', async () => {
    const { subscriber, heard, missed } = subscriberOf(redis.connection, redis.url);
    const user = redis.newId();
    const { keys } = redis.connection;
    await subscriber.subscribe(keys.user(user));
    await waitFor(() => missed.length === 1);
    subscriber.reset(keys.bucket(user));
    await waitFor(() => missed.length === 2);
    expect(missed[1]).toContain(keys.bucket(user));
    await publish(redis.connection, user, 'after');
    await waitFor(() => heard.includes(`${keys.user(user)} after`));
  });
});

describe('in a Redis Cluster', () => {
  it('a subscriber follows a bucket to another cluster master and reports that messages might be missing', async () => {
    await using cluster = await startRedisCluster();
    const connection = await connectRedis({ url: cluster.url });
    closing.push(() => connection.close());
    const { subscriber, heard, missed } = subscriberOf(connection, cluster.url);
    const user = 64;
    await subscriber.subscribe(connection.keys.user(user));
    await waitFor(() => missed.length > 0);
    missed.splice(0);
    const place = await moveBucket(connection, 0);
    await waitFor(() => missed.some((buckets) => buckets.includes(0)));
    await untilHeard(connection, user, heard, 'moved');
    expect(connection.masterOf('{0}')).toBe(place);
  });
});
