import calculateSlot from 'cluster-key-slot';
import { type Cluster, Redis } from 'ioredis';
import type { RedisConnection } from '../link.ts';

/** Hears a shard channel by a connection of its own. Resolves once Redis has confirmed. */
export async function listen(link: RedisConnection, url: string, channel: string): Promise<Listener> {
  const client = new Redis(link.clustered ? `redis://${masterOf(link.client as Cluster, channel)}` : url);
  const heard: string[] = [];
  let end: (() => void) | undefined;
  client.on('smessage', (_channel: string, text: string) => (text === 'end' ? end?.() : heard.push(text)));
  await client.ssubscribe(channel);
  return {
    heard: async () => {
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      await link.client.spublish(channel, 'end');
      await ended;
      return heard.splice(0);
    },
    [Symbol.asyncDispose]: async () => {
      client.disconnect();
    },
  };
}

/** The `host:port` of the master that has a key's or channel's slot. */
export function masterOf(client: Cluster, key: string): string {
  const { slots } = client as unknown as { slots: string[][] };
  return slots[calculateSlot(key)]?.[0] as string;
}

export interface Listener extends AsyncDisposable {
  /** All that was published since the last call. */
  heard(): Promise<string[]>;
}
