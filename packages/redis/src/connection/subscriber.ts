import { Redis } from 'ioredis';
import { redisOptions } from './create-redis-client.ts';
import type { RedisConnection } from './redis-connection.ts';
import { ShardSubscription } from './shard-subscription.ts';

/**
 * Subscribes to shard channels on one server or in a cluster, and reports when messages might have
 * been missed. In a cluster, it subscribes to a bucket's channels at the master of the bucket's
 * slot, and moves the subscriptions when the slot moves.
 */
export class Subscriber {
  readonly #redis: RedisConnection;
  readonly #url: string;
  readonly #handlers: SubscriberHandlers;
  /** Address of a server -> the subscriptions at this server. */
  readonly #subscriptions = new Map<string, ShardSubscription>();
  /** Bucket -> address of the server where the bucket's channels are subscribed. */
  readonly #servers = new Map<number, string>();
  /** Bucket -> the bucket's subscribed channels. */
  readonly #channels = new Map<number, Set<string>>();
  #check: NodeJS.Timeout | undefined;

  constructor(redis: RedisConnection, url: string, handlers: SubscriberHandlers) {
    this.#redis = redis;
    this.#url = url;
    this.#handlers = handlers;
    if (redis.clustered) this.#check = setInterval(() => this.#follow(), 1000).unref();
  }

  /**
   * Resolves once Redis has confirmed the subscription. From then on the subscriber receives every
   * message, or calls `missed`.
   */
  subscribe(channel: string): Promise<void> {
    const bucket = bucketOf(channel);
    const channels = this.#channels.get(bucket);
    if (channels) channels.add(channel);
    else this.#channels.set(bucket, new Set([channel]));
    return this.#subscriptionOf(bucket).subscribe(channel);
  }

  unsubscribe(channel: string): void {
    const bucket = bucketOf(channel);
    const channels = this.#channels.get(bucket);
    channels?.delete(channel);
    if (channels?.size === 0) this.#channels.delete(bucket);
    this.#subscriptionOf(bucket).unsubscribe(channel);
  }

  /**
   * Reconnects to the server of a bucket's channels. Use it if no messages arrive from the server.
   */
  reset(bucket: number): void {
    this.#subscriptionOf(bucket).reset();
  }

  close(): void {
    clearInterval(this.#check);
    for (const subscription of this.#subscriptions.values()) subscription.close();
    this.#subscriptions.clear();
  }

  #subscriptionOf(bucket: number): ShardSubscription {
    let address = this.#servers.get(bucket);
    if (address === undefined) {
      address = this.#locate(bucket);
      this.#servers.set(bucket, address);
    }
    return this.#subscriptionAt(address);
  }

  #subscriptionAt(address: string): ShardSubscription {
    const known = this.#subscriptions.get(address);
    if (known) return known;
    const options = { ...redisOptions(this.#url), autoResubscribe: false, enableAutoPipelining: false };
    const [host, port] = splitAddress(address);
    const client = this.#redis.clustered ? new Redis({ ...options, host, port }) : new Redis(this.#url, options);
    const subscription = new ShardSubscription(client, {
      message: this.#handlers.message,
      restored: () => this.#handlers.missed(this.#bucketsAt(address)),
      moved: () => void this.#redis.refreshMasters().then(() => this.#follow()),
      together: (channel) => (this.#redis.clustered ? channel.slice(0, channel.indexOf('}')) : ''),
    });
    this.#subscriptions.set(address, subscription);
    return subscription;
  }

  /**
   * If the slot of a bucket has moved to another master, moves the bucket's subscriptions there.
   * Then reports that messages of the bucket might have been missed.
   */
  #follow(): void {
    for (const [bucket, address] of this.#servers) {
      const now = this.#locate(bucket);
      if (now === address || now === '') continue;
      this.#servers.set(bucket, now);
      const [before, after] = [this.#subscriptionAt(address), this.#subscriptionAt(now)];
      const channels = [...(this.#channels.get(bucket) ?? [])];
      for (const channel of channels) before.unsubscribe(channel);
      Promise.all(channels.map((channel) => after.subscribe(channel))).then(() =>
        this.#handlers.missed(new Set([bucket])),
      );
    }
    for (const [address, subscription] of this.#subscriptions) {
      if (this.#bucketsAt(address).size > 0) continue;
      this.#subscriptions.delete(address);
      subscription.close();
    }
  }

  #bucketsAt(address: string): Set<number> {
    return new Set([...this.#servers].filter(([, at]) => at === address).map(([bucket]) => bucket));
  }

  #locate(bucket: number): string {
    if (!this.#redis.clustered) return 'redis';
    return this.#redis.masterOf(`{${bucket}}`) ?? this.#servers.get(bucket) ?? '';
  }
}

export interface SubscriberHandlers {
  message(channel: string, data: Buffer): void;
  /**
   * Called when all channels of some buckets are subscribed again. Messages on these channels might
   * have been missed.
   */
  missed(buckets: Set<number>): void;
}

/** Returns the bucket in the hash tag of a channel's name. */
function bucketOf(channel: string): number {
  return Number(channel.slice(1, channel.indexOf('}')));
}

function splitAddress(address: string): [host: string, port: number] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), Number(address.slice(colon + 1))];
}
