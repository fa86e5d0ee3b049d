/** Number of intervals without a probe message after which a hash bucket counts as silent. */
const SILENT_AFTER = 3;

/**
 * Checks that Redis delivers published messages. At every interval the gateway publishes a message
 * to a channel to which only this gateway subscribes. A Redis Cluster has one such channel per hash
 * bucket of users, a single server has one in total. Calls `silent` with the buckets from which no
 * message arrived for three intervals.
 */
export class Probe {
  readonly #channels: ProbeChannels;
  readonly #options: ProbeOptions;
  /** Hash bucket -> Unix ms at which the last received probe message was published. */
  readonly #receivedAt = new Map<number, number>();
  /** Unix ms at which `silent` was last called. */
  #reportedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(channels: ProbeChannels, options: ProbeOptions) {
    this.#channels = channels;
    this.#options = options;
  }

  /** Resolves once the gateway has received a probe message from every hash bucket. */
  async start(): Promise<void> {
    const { buckets, interval, passed } = this.#options;
    this.#timer = setInterval(() => this.#tick(), interval);
    await new Promise<void>((resolve) => {
      for (const bucket of buckets) {
        const receive = (data: Buffer) => {
          // Stores the time of publication instead of the time of arrival, because a delayed
          // message does not prove that Redis is healthy now.
          const sent = Number(data.toString());
          this.#receivedAt.set(bucket, sent);
          passed(Math.max(0, Date.now() - sent));
          if (this.#receivedAt.size === buckets.length) resolve();
        };
        this.#channels.subscribe(bucket, { receive }).then(() => this.#publish(bucket));
      }
    });
  }

  /**
   * False before a probe message has arrived from every hash bucket, and while a bucket is silent.
   */
  get healthy(): boolean {
    return this.#receivedAt.size === this.#options.buckets.length && this.#silent().length === 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { buckets, interval, silent } = this.#options;
    const silentNow = this.#receivedAt.size < buckets.length ? [] : this.#silent();
    // Calls `silent` at most once per three intervals, so that a new connection has time to
    // recover.
    if (silentNow.length > 0 && Date.now() - this.#reportedAt >= SILENT_AFTER * interval) {
      this.#reportedAt = Date.now();
      silent(silentNow);
    }
    for (const bucket of buckets) this.#publish(bucket);
  }

  #silent(): number[] {
    const oldest = Date.now() - SILENT_AFTER * this.#options.interval;
    return this.#options.buckets.filter((bucket) => (this.#receivedAt.get(bucket) ?? 0) < oldest);
  }

  #publish(bucket: number): void {
    this.#channels.publish(bucket, String(Date.now())).catch(() => {});
  }
}

/** The channels to which a gateway publishes probe messages, one per hash bucket. */
export interface ProbeChannels {
  /** Resolves once Redis has confirmed the subscription. */
  subscribe(bucket: number, listener: { receive(data: Buffer): void }): Promise<void>;
  publish(bucket: number, text: string): Promise<unknown>;
}

export interface ProbeOptions {
  /** The hash buckets to which probe messages are published. */
  buckets: number[];
  /** Ms between two probe messages to a hash bucket. */
  interval: number;
  /** Called with the round-trip time of each probe message in ms. */
  passed(after: number): void;
  /** Called with the silent hash buckets, and again every three intervals while they are silent. */
  silent(buckets: number[]): void;
}
