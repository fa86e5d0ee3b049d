import { type RedisConnection, Subscriber } from '@parley/redis';
import { isEventFrame } from '../frames.ts';

/** The Redis channels to which this gateway is subscribed, each with one listener. */
export class Channels {
  readonly #redis: RedisConnection;
  readonly #listeners = new Map<string, ChannelListener>();
  readonly #subscriber: Subscriber;
  readonly #missed: (buckets: Set<number>) => void;
  readonly #passed: (data: Buffer) => void;
  /** Events that the gateway holds back until Redis replicas have confirmed them. */
  #held: Published[] = [];
  #confirming = false;
  #received = 0;

  /**
   * @param missed called if messages on the channels of these hash buckets might have been lost
   * @param passed called with each message after its listener was called
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
   * Resolves once Redis has confirmed the subscription. From then on the listener receives every
   * message, or `missed` is called.
   */
  subscribe(channel: string, listener: ChannelListener): Promise<void> {
    this.#listeners.set(channel, listener);
    return this.#subscriber.subscribe(channel);
  }

  unsubscribe(channel: string): void {
    this.#listeners.delete(channel);
    this.#subscriber.unsubscribe(channel);
  }

  /**
   * Number of messages received from Redis so far. Each message counts once, even if several
   * connections get it.
   */
  get received(): number {
    return this.#received;
  }

  /**
   * Subscribes to the channels of a hash bucket over a new connection, because the old one has
   * delivered nothing for a while.
   */
  reset(bucket: number): void {
    this.#subscriber.reset(bucket);
  }

  close(): void {
    this.#subscriber.close();
  }

  /**
   * With `REPLICAS_ACK`, holds an event back until Redis replicas have confirmed it. Otherwise a
   * device could show a message as accepted although a fail-over loses it. All events of one turn
   * of the event loop share one confirmation.
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
        // If Redis replicas do not confirm the events, connections read the inbox instead. That
        // read also waits for replicas.
        this.#missed(buckets);
      }
    }
    this.#confirming = false;
  }
}

/** Returns the hash bucket of a channel, whose name begins with the bucket's number in braces. */
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
