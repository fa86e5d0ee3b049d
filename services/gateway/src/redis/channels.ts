import { type RedisConnection, Subscriber } from '@parley/redis';
import { isEventFrame } from '../frames.ts';

/** The subscribed Redis channels of this gateway, each with one listener. */
export class Channels {
  readonly #redis: RedisConnection;
  readonly #listeners = new Map<string, ChannelListener>();
  readonly #subscriber: Subscriber;
  readonly #missed: (buckets: Set<number>) => void;
  readonly #passed: (data: Buffer) => void;
  /** Events that wait until replicas confirm them. */
  #held: Published[] = [];
  #confirming = false;
  #received = 0;

  /**
   * @param missed called if messages on channels of these buckets may have been lost
   * @param passed called with each message after its listener
   */
  constructor(
    redis: RedisConnection,
    url: string,
    missed: (buckets: Set<number>) => void,
    passed: (data: Buffer) => void,
  ) {
    this.#redis = redis;
    this.#missed = missed;
    this.#passed = passed;
    this.#subscriber = new Subscriber(redis, url, {
      message: (channel, data) => {
        this.#received += 1;
        if (redis.replicas > 0 && isEventFrame(data)) this.#hold({ channel, data });
        else this.#pass(channel, data);
      },
      missed,
    });
  }

  /**
   * Resolves once Redis has confirmed the subscription. From then on every message is received, or
   * `missed` is called.
   */
  subscribe(channel: string, listener: ChannelListener): Promise<void> {
    this.#listeners.set(channel, listener);
    return this.#subscriber.subscribe(channel);
  }

  unsubscribe(channel: string): void {
    this.#listeners.delete(channel);
    this.#subscriber.unsubscribe(channel);
  }

  /** Number of messages received so far. Each counts once, even if several connections get it. */
  get received(): number {
    return this.#received;
  }

  /**
   * Subscribes to the channels of a bucket again over a new connection, because no messages arrived
   * on the old one.
   */
  reset(bucket: number): void {
    this.#subscriber.reset(bucket);
  }

  close(): void {
    this.#subscriber.close();
  }

  /**
   * Passes an event on only after replicas have confirmed it, if `REPLICAS_ACK` is set. Redis
   * publishes events earlier: without the wait, a device could show a message as accepted although
   * a fail-over loses it. Events of one turn of the event loop share a confirmation.
   */
  #hold(published: Published): void {
    this.#held.push(published);
    if (!this.#confirming) this.#confirm();
  }

  #pass(channel: string, data: Buffer): void {
    this.#listeners.get(channel)?.receive(data);
    this.#passed(data);
  }

  async #confirm(): Promise<void> {
    this.#confirming = true;
    while (this.#held.length > 0) {
      await new Promise(setImmediate);
      const batch = this.#held;
      this.#held = [];
      const buckets = new Set(batch.map(({ channel }) => bucketOf(channel)));
      try {
        await this.#redis.confirm(buckets);
        for (const { channel, data } of batch) this.#pass(channel, data);
      } catch {
        // The connections of these buckets read the inbox instead, which also waits for replicas.
        this.#missed(buckets);
      }
    }
    this.#confirming = false;
  }
}

/** Returns the bucket of a channel. A channel name begins with it in braces. */
function bucketOf(channel: string): number {
  return Number(channel.slice(1, channel.indexOf('}')));
}

/** Receives the messages of a channel. */
export interface ChannelListener {
  receive(data: Buffer): void;
}

interface Published {
  channel: string;
  data: Buffer;
}
