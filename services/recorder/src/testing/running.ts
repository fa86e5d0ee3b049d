import type { RedisConnection } from '@parley/redis';
import { connectRedis } from '@parley/redis';
import { createLog } from '@parley/service';
import { waitFor } from '@parley/stack';
import { readConfig } from '../config.ts';
import { startRecorder } from '../start-recorder.ts';

/** Starts a recorder in the process of the test. */
export async function runRecorder(env: Record<string, string>): Promise<RunningRecorder> {
  const stops: (() => Promise<void> | void)[] = [];
  const config = readConfig({ HOST: '127.0.0.1', PORT: '0', RECORD_WAIT: '5ms', RECORD_WAIT_MAX: '5ms', ...env });
  const { port } = await startRecorder(config, createLog({ name: 'test', level: 'silent' }), (_, stop) =>
    stops.push(stop),
  );
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  return { url: `http://127.0.0.1:${port}`, stop, [Symbol.asyncDispose]: stop };
}

export interface RunningRecorder extends AsyncDisposable {
  /** URL of the recorder's health server. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Adds record entries to the stream of a bucket, in order. Adds a string unchanged, and an object
 * as JSON.
 */
export async function addEntries(link: RedisConnection, bucket: number, entries: (object | string)[]): Promise<void> {
  for (const entry of entries) {
    const text = typeof entry === 'string' ? entry : JSON.stringify(entry);
    await link.client.xadd(link.keys.record(bucket), '*', 'e', text);
  }
}

/** Resolves when all record streams and request streams are empty. */
export async function drained(link: RedisConnection, timeout = 15_000): Promise<void> {
  const { client, keys } = link;
  const lengths = () =>
    Promise.all(
      Array.from({ length: keys.buckets }, (_, bucket) => [keys.record(bucket), keys.requests(bucket)])
        .flat()
        .map((key) => client.xlen(key)),
    );
  await waitFor(async () => (await lengths()).every((length) => length === 0), {
    timeout,
    message: 'entries are left',
  });
}

/** Opens a connection to Redis that closes at the end of the test. */
export async function testConnection(url: string, buckets: number): Promise<RedisConnection & AsyncDisposable> {
  const link = await connectRedis({ url, buckets });
  return Object.assign(link, { [Symbol.asyncDispose]: () => link.close() });
}
