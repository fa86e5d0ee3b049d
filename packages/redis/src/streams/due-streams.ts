import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './due-streams.lua';

const script = createScript('due-streams', [clock, source]);

/** Maximum number of streams that are returned per bucket. */
const MAX_STREAMS = 100;

/** Returns the message streams of some buckets that exceed the time limit and must be ended. */
export async function dueStreams(redis: RedisConnection, buckets: readonly number[]): Promise<DueStream[]> {
  const keys = buckets.map((bucket) => redis.keys.streams(bucket));
  const calls = redis.clustered ? keys.map((key) => [key]) : keys.length > 0 ? [keys] : [];
  const due = (await Promise.all(calls.map((names) => redis.run(script, names, [MAX_STREAMS])))) as string[][];
  return due.flat().map((name) => {
    const [conversation = '', id] = name.split(':');
    return { conversation, id: Number(id) };
  });
}

/** Removes a stream whose texts are lost from the streams that `dueStreams` returns. */
export async function forgetStream(redis: RedisConnection, conversation: string, id: number): Promise<void> {
  const key = redis.keys.streams(redis.keys.home(conversation));
  await redis.call(key, ['ZREM', key, `${conversation}:${id}`]);
}

interface DueStream {
  conversation: string;
  id: number;
}
