import { publishProbe, type RedisConnection } from '@parley/redis';
import type { Channels } from './channels.ts';

/**
 * Delivers to itself through Redis: a gateway is healthy when a message passed, not when its port answers. Every interval it
 * publishes on a channel of its own in each bucket that can fail alone (in a cluster all of them, on one server one). A bucket
 * that stays silent for three intervals is heard over a new connection.
 */
export class Probe {
  readonly #link: RedisConnection;
  readonly #channels: Channels;
  readonly #options: ProbeOptions;
  readonly #buckets: number[];
  readonly #heard = new Map<number, number>();
  /** When `silent` was told last. */
  #told = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(link: RedisConnection, channels: Channels, options: ProbeOptions) {
    this.#link = link;
    this.#channels = channels;
    this.#options = options;
    this.#buckets = link.clustered ? Array.from({ length: link.keys.buckets }, (_, bucket) => bucket) : [0];
  }

  /** Resolves once the first probe of every bucket came back. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#round(), this.#options.interval);
    await new Promise<void>((resolve) => {
      for (const bucket of this.#buckets) {
        const channel = this.#link.keys.probe(bucket, this.#options.gateway);
        const hear = (data: Buffer) => {
          // One that was held up does not say how things are now.
          const sent = Number(data.toString());
          this.#heard.set(bucket, sent);
          this.#options.passed(Math.max(0, Date.now() - sent));
          if (this.#heard.size === this.#buckets.length) resolve();
        };
        this.#channels.listen(channel, { hear }).then(() => this.#publish(bucket));
      }
    });
  }

  /** False when some bucket has been silent for three intervals. */
  get healthy(): boolean {
    return this.#heard.size === this.#buckets.length && this.#silent().length === 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #round(): void {
    const silent = this.#heard.size < this.#buckets.length ? [] : this.#silent();
    // A new connection gets as much time to show that it is better as the old one had.
    if (silent.length > 0 && Date.now() - this.#told >= 3 * this.#options.interval) {
      this.#told = Date.now();
      this.#options.silent(silent);
    }
    for (const bucket of this.#buckets) this.#publish(bucket);
  }

  #silent(): number[] {
    const oldest = Date.now() - 3 * this.#options.interval;
    return this.#buckets.filter((bucket) => (this.#heard.get(bucket) ?? 0) < oldest);
  }

  #publish(bucket: number): void {
    publishProbe(this.#link, bucket, this.#options.gateway, String(Date.now())).catch(() => {});
  }
}

export interface ProbeOptions {
  gateway: string;
  /** Ms. */
  interval: number;
  /** A probe came back after so many ms. */
  passed(after: number): void;
  /** Buckets have been silent for three intervals; called again after three more while they are. */
  silent(buckets: number[]): void;
}
