import { Redis } from 'ioredis';
import type { RedisConnection } from '../connection/redis-connection.ts';

/** Subscribes to a shard channel on a separate connection. Resolves once Redis has confirmed. */
export async function listen(connection: RedisConnection, url: string, channel: string): Promise<Listener> {
  const client = new Redis(connection.clustered ? `redis://${connection.masterOf(channel)}` : url);
  const heard: string[] = [];
  let end: (() => void) | undefined;
  client.on('smessage', (_channel: string, text: string) => (text === 'end' ? end?.() : heard.push(text)));
  await client.ssubscribe(channel);
  return {
    heard: async () => {
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      await connection.client.spublish(channel, 'end');
      await ended;
      return heard.splice(0);
    },
    [Symbol.asyncDispose]: async () => {
      client.disconnect();
    },
  };
}

export interface Listener extends AsyncDisposable {
  /** Returns the messages that were published since the previous call. */
  heard(): Promise<string[]>;
}
