/** Number of intervals without a probe after which a bucket counts as silent. */
const SILENT_AFTER = 3;

/**
 * Checks that Redis delivers messages. At every interval the gateway publishes a probe to a channel
 * that only it subscribes to: one channel per bucket of a cluster, one in total for a single
 * server. Calls `silent` for buckets from which no probe was received for three intervals.
 */
export class Probe {
  readonly #channels: ProbeChannels;
  readonly #options: ProbeOptions;
  /** Bucket -> when the newest received probe was published, in Unix ms. */
  readonly #receivedAt = new Map<number, number>();
  /** When `silent` was last called. */
  #reportedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(channels: ProbeChannels, options: ProbeOptions) {
    this.#channels = channels;
    this.#options = options;
  }

  /** Resolves once the gateway has received the first probe of every bucket. */
  async start(): Promise<void> {
    const { buckets, interval, passed } = this.#options;
    this.#timer = setInterval(() => this.#tick(), interval);
    await new Promise<void>((resolve) => {
      for (const bucket of buckets) {
        const receive = (data: Buffer) => {
          // Stores when the probe was published instead of when it arrived: a delayed probe does
          // not prove that Redis is healthy now.
          const sent = Number(data.toString());
          this.#receivedAt.set(bucket, sent);
          passed(Math.max(0, Date.now() - sent));
          if (this.#receivedAt.size === buckets.length) resolve();
        };
        this.#channels.subscribe(bucket, { receive }).then(() => this.#publish(bucket));
      }
    });
  }

  /** False until the first probe of every bucket was received, and while a bucket is silent. */
  get healthy(): boolean {
    return this.#receivedAt.size === this.#options.buckets.length && this.#silent().length === 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { buckets, interval, silent } = this.#options;
    const silentNow = this.#receivedAt.size < buckets.length ? [] : this.#silent();
    // Waits for as many intervals before the next call, so that a new connection can recover.
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

/** The probe channels of one gateway, one in each bucket. */
export interface ProbeChannels {
  /** Resolves once Redis has confirmed the subscription. */
  subscribe(bucket: number, listener: { receive(data: Buffer): void }): Promise<void>;
  publish(bucket: number, text: string): Promise<unknown>;
}

export interface ProbeOptions {
  /** The buckets to probe. */
  buckets: number[];
  /** Ms between two probes of a bucket. */
  interval: number;
  /** Called with the round-trip time of each probe in ms. */
  passed(after: number): void;
  /** Called with the silent buckets, and again every three intervals while they are silent. */
  silent(buckets: number[]): void;
}
