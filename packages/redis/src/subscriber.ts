import calculateSlot from 'cluster-key-slot';
import { type Cluster, Redis } from 'ioredis';
import { ShardSubscription } from './feed.ts';
import { type RedisConnection, redisOptions } from './link.ts';

/**
 * Hears shard channels, on one server or in a cluster, and says when something may have been missed. In a cluster the channels
 * of a bucket are heard from the master of its slot, and follow when the slot moves.
 */
export class Subscriber {
  readonly #link: RedisConnection;
  readonly #url: string;
  readonly #handlers: SubscriberHandlers;
  /** Server -> its feed. */
  readonly #feeds = new Map<string, ShardSubscription>();
  /** Bucket -> the server it is heard from. */
  readonly #places = new Map<number, string>();
  /** Bucket -> its channels. */
  readonly #channels = new Map<number, Set<string>>();
  #check: NodeJS.Timeout | undefined;

  constructor(link: RedisConnection, url: string, handlers: SubscriberHandlers) {
    this.#link = link;
    this.#url = url;
    this.#handlers = handlers;
    if (link.clustered) this.#check = setInterval(() => this.#follow(), 1000).unref();
  }

  /** Resolves once Redis has confirmed: from then on nothing published goes unheard, or `missed` is called. */
  subscribe(channel: string): Promise<void> {
    const bucket = bucketOf(channel);
    const channels = this.#channels.get(bucket);
    if (channels) channels.add(channel);
    else this.#channels.set(bucket, new Set([channel]));
    return this.#feedOf(bucket).subscribe(channel);
  }

  unsubscribe(channel: string): void {
    const bucket = bucketOf(channel);
    const channels = this.#channels.get(bucket);
    channels?.delete(channel);
    if (channels?.size === 0) this.#channels.delete(bucket);
    this.#feedOf(bucket).unsubscribe(channel);
  }

  /** Reconnects to the server that a bucket is heard from, since it has been silent. */
  reset(bucket: number): void {
    this.#feedOf(bucket).reset();
  }

  close(): void {
    clearInterval(this.#check);
    for (const feed of this.#feeds.values()) feed.close();
    this.#feeds.clear();
  }

  #feedOf(bucket: number): ShardSubscription {
    let place = this.#places.get(bucket);
    if (place === undefined) {
      place = this.#locate(bucket);
      this.#places.set(bucket, place);
    }
    return this.#feedAt(place);
  }

  #feedAt(place: string): ShardSubscription {
    const known = this.#feeds.get(place);
    if (known) return known;
    const options = { ...redisOptions(this.#url), autoResubscribe: false, enableAutoPipelining: false };
    const [host, port] = splitPlace(place);
    const client = this.#link.clustered ? new Redis({ ...options, host, port }) : new Redis(this.#url, options);
    const feed = new ShardSubscription(client, {
      message: this.#handlers.message,
      restored: () => this.#handlers.missed(this.#bucketsAt(place)),
      moved: () => (this.#link.client as Cluster).refreshSlotsCache(() => this.#follow()),
      together: (channel) => (this.#link.clustered ? channel.slice(0, channel.indexOf('}')) : ''),
    });
    this.#feeds.set(place, feed);
    return feed;
  }

  /** Hears every bucket from where its slot is now; what moved is subscribed there first, and only then reported as missed. */
  #follow(): void {
    for (const [bucket, place] of this.#places) {
      const now = this.#locate(bucket);
      if (now === place || now === '') continue;
      this.#places.set(bucket, now);
      const [before, after] = [this.#feedAt(place), this.#feedAt(now)];
      const channels = [...(this.#channels.get(bucket) ?? [])];
      for (const channel of channels) before.unsubscribe(channel);
      Promise.all(channels.map((channel) => after.subscribe(channel))).then(() =>
        this.#handlers.missed(new Set([bucket])),
      );
    }
    for (const [place, feed] of this.#feeds) {
      if (this.#bucketsAt(place).size > 0) continue;
      this.#feeds.delete(place);
      feed.close();
    }
  }

  #bucketsAt(place: string): Set<number> {
    return new Set([...this.#places].filter(([, at]) => at === place).map(([bucket]) => bucket));
  }

  #locate(bucket: number): string {
    if (!this.#link.clustered) return 'redis';
    const { slots } = this.#link.client as unknown as { slots: string[][] };
    return slots[calculateSlot(`{${bucket}}`)]?.[0] ?? this.#places.get(bucket) ?? '';
  }
}

export interface SubscriberHandlers {
  message(channel: string, data: Buffer): void;
  /** Messages on the channels of these buckets may have been missed; all of them are subscribed now. */
  missed(buckets: Set<number>): void;
}

/** The bucket in a channel's hash tag. */
function bucketOf(channel: string): number {
  return Number(channel.slice(1, channel.indexOf('}')));
}

function splitPlace(place: string): [host: string, port: number] {
  const colon = place.lastIndexOf(':');
  return [place.slice(0, colon), Number(place.slice(colon + 1))];
}
