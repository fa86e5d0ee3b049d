import { startRedisCluster, waitFor } from '@parley/stack';
import type { Cluster } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { publish } from './control.ts';
import { connectRedis, type RedisConnection } from './link.ts';
import { Subscriber } from './subscriber.ts';
import { onEachRedis } from './test/each-redis.ts';
import { masterOf } from './test/listen.ts';
import { moveBucket } from './test/move-bucket.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A subscriber with all that it heard and reported. */
const subscriberOf = (link: RedisConnection, url: string) => {
  const heard: string[] = [];
  const missed: number[][] = [];
  const subscriber = new Subscriber(link, url, {
    message: (channel, data) => heard.push(`${channel} ${data}`),
    missed: (buckets) => missed.push([...buckets].sort((a, b) => a - b)),
  });
  closing.push(() => subscriber.close());
  return { subscriber, heard, missed };
};

/** Publishes to users until the last one is heard: from then on all earlier ones have come that will come. */
const untilHeard = async (link: RedisConnection, user: number, heard: string[], text: string) => {
  await waitFor(async () => {
    await publish(link, user, text);
    return heard.includes(`${link.keys.user(user)} ${text}`);
  });
};

onEachRedis((redis) => {
  it('a channel is heard from when the promise resolves, byte by byte and in order', async () => {
    const { subscriber, heard } = subscriberOf(redis.link, redis.url);
    const users = Array.from({ length: 70 }, () => redis.newId());
    await Promise.all(users.map((user) => subscriber.subscribe(redis.link.keys.user(user))));
    const texts = ['{"a":"ä漢👩‍👩‍👧"}', '!{}', '3'];
    for (const text of texts) await Promise.all(users.map((user) => publish(redis.link, user, text)));
    await waitFor(() => heard.length === 210);
    for (const user of users) {
      const channel = redis.link.keys.user(user);
      expect(heard.filter((line) => line.startsWith(`${channel} `))).toEqual(texts.map((text) => `${channel} ${text}`));
    }
  });

  it('a channel that is no longer wanted is heard no more, and others are', async () => {
    const { subscriber, heard } = subscriberOf(redis.link, redis.url);
    const one = redis.newId();
    const other = one + 64_000;
    const { keys } = redis.link;
    await Promise.all([one, other].map((user) => subscriber.subscribe(keys.user(user))));
    subscriber.unsubscribe(keys.user(one));
    await untilHeard(redis.link, other, heard, 'sync');
    heard.splice(0);
    await publish(redis.link, one, 'unheard');
    await untilHeard(redis.link, other, heard, 'heard');
    expect(heard.some((line) => line.endsWith(' unheard'))).toBe(false);
    await subscriber.subscribe(keys.user(one));
    await publish(redis.link, one, 'again');
    await waitFor(() => heard.includes(`${keys.user(one)} again`));
  });

  it('a lost connection comes back with its channels, and is told to have missed something', async () => {
    const { subscriber, heard, missed } = subscriberOf(redis.link, redis.url);
    const user = redis.newId();
    const { keys } = redis.link;
    await subscriber.subscribe(keys.user(user));
    await waitFor(() => missed.length === 1);
    subscriber.reset(keys.bucket(user));
    await waitFor(() => missed.length === 2);
    expect(missed[1]).toContain(keys.bucket(user));
    await publish(redis.link, user, 'after');
    await waitFor(() => heard.includes(`${keys.user(user)} after`));
  });
});

describe('in a Redis Cluster', () => {
  it('channels follow their bucket to another master, which is told as missed', async () => {
    await using cluster = await startRedisCluster();
    const link = await connectRedis({ url: cluster.url });
    closing.push(() => link.close());
    const { subscriber, heard, missed } = subscriberOf(link, cluster.url);
    const user = 64;
    await subscriber.subscribe(link.keys.user(user));
    await waitFor(() => missed.length > 0);
    missed.splice(0);
    const place = await moveBucket(link.client as Cluster, 0);
    await waitFor(() => missed.some((buckets) => buckets.includes(0)));
    await untilHeard(link, user, heard, 'moved');
    expect(masterOf(link.client as Cluster, '{0}')).toBe(place);
  });
});
