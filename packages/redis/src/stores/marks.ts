import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './write-mark.lua';

const script = createScript('write-mark', [source]);

/**
 * Returns the installation's progress mark on each server that can fail separately. In a cluster it
 * is stored once per bucket, otherwise once.
 */
export async function readMarks(redis: RedisConnection): Promise<(StoreMark | undefined)[]> {
  const { client, keys } = redis;
  const texts = await Promise.all(bucketsOf(redis).map((bucket) => client.get(keys.mark(bucket))));
  return texts.map((text) => (text === null ? undefined : parse(text)));
}

/**
 * Writes the progress mark to every server. A mark of the same installation never decreases, so
 * that a process that was frozen cannot set it back, unless `force` is set.
 */
export async function writeMarks(redis: RedisConnection, mark: StoreMark, { force = false } = {}): Promise<void> {
  const text = `${mark.installation} ${mark.mark} ${mark.nonce}`;
  const write = (bucket: number) =>
    redis.run(script, [redis.keys.mark(bucket)], [text, mark.installation, mark.mark, force ? 1 : 0]);
  await Promise.all(bucketsOf(redis).map(write));
}

function bucketsOf({ clustered, keys }: RedisConnection): number[] {
  return clustered ? Array.from({ length: keys.buckets }, (_, bucket) => bucket) : [0];
}

function parse(text: string): StoreMark {
  const [installation = '', mark = '', nonce = ''] = text.split(' ');
  return { installation, mark: Number(mark), nonce };
}

/** The progress mark of an installation, with which a restored store is detected. */
export interface StoreMark {
  /** Id of the installation. */
  installation: string;
  /** The progress mark: a number that a process increments every few seconds. */
  mark: number;
  /** Random string that is replaced whenever the mark is incremented. */
  nonce: string;
}
