/** Intervals without a probe after which a bucket counts as silent. */
const SILENT_AFTER = 3;

/**
 * Checks health by delivering a message to itself through Redis. At every interval the gateway
 * publishes to a channel of its own in each bucket that can fail alone: in every bucket of a
 * cluster, in one bucket of a single server. `silent` is called for the buckets whose probes were
 * not received for three intervals.
 */
export class Probe {
  readonly #channels: ProbeChannels;
  readonly #options: ProbeOptions;
  /** Bucket -> Unix ms at which the newest probe that came back was published. */
  readonly #receivedAt = new Map<number, number>();
  /** When `silent` was last called. */
  #reportedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(channels: ProbeChannels, options: ProbeOptions) {
    this.#channels = channels;
    this.#options = options;
  }

  /** Resolves once the first probe of every bucket came back. */
  async start(): Promise<void> {
    const { buckets, interval, passed } = this.#options;
    this.#timer = setInterval(() => this.#tick(), interval);
    await new Promise<void>((resolve) => {
      for (const bucket of buckets) {
        const receive = (data: Buffer) => {
          // The time of publishing: a probe that was delayed is no sign of health now.
          const sent = Number(data.toString());
          this.#receivedAt.set(bucket, sent);
          passed(Math.max(0, Date.now() - sent));
          if (this.#receivedAt.size === buckets.length) resolve();
        };
        this.#channels.subscribe(bucket, { receive }).then(() => this.#publish(bucket));
      }
    });
  }

  /** False before the first probes came back, and while a bucket is silent. */
  get healthy(): boolean {
    return this.#receivedAt.size === this.#options.buckets.length && this.#silent().length === 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { buckets, interval, silent } = this.#options;
    const silentNow = this.#receivedAt.size < buckets.length ? [] : this.#silent();
    // A new connection gets as much time to recover as the old one had.
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
  /** Resolves once Redis has confirmed. */
  subscribe(bucket: number, listener: { receive(data: Buffer): void }): Promise<void>;
  publish(bucket: number, text: string): Promise<unknown>;
}

export interface ProbeOptions {
  /** The buckets to probe. */
  buckets: number[];
  /** Ms. */
  interval: number;
  /** A probe came back after so many ms. */
  passed(after: number): void;
  /** Buckets are silent. Called again after three more intervals while they are. */
  silent(buckets: number[]): void;
}
