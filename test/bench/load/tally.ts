import { quantile } from '../measure/quantile.ts';

/** Counts the results of the messages of one run. */
export class Tally {
  sent = 0;
  acked = 0;
  refused = 0;
  /** Messages that reached the recipient. */
  delivered = 0;
  /** Messages whose own copy reached the sender. */
  copied = 0;
  /** Duplicate acknowledgements and messages. */
  doubled = 0;
  /** Messages that arrived after one that was sent later. */
  disordered = 0;
  /** Refusals, lost connections and unexpected events, by their text. */
  readonly failures = new Map<string, number>();
  /**
   * The minimum and maximum `retryAfter` of refusals in ms, and the number of refusals without it.
   */
  readonly retryAfter = { least: Number.POSITIVE_INFINITY, most: 0, unsaid: 0 };
  readonly #latencies: number[] = [];
  readonly #sentAt: number[] = [];
  readonly #refusedAt: number[] = [];

  /** Counts the delivery of a message that was sent at `sentAt`. */
  deliver(sentAt: number): void {
    this.delivered += 1;
    this.#latencies.push(performance.now() - sentAt);
    this.#sentAt.push(sentAt);
  }

  /** Counts the refusal of a message that was sent at `sentAt`. */
  refuse(sentAt: number, after: number | undefined): void {
    this.refused += 1;
    this.#refusedAt.push(sentAt);
    const { retryAfter } = this;
    if (after === undefined) retryAfter.unsaid += 1;
    else {
      retryAfter.least = Math.min(retryAfter.least, after);
      retryAfter.most = Math.max(retryAfter.most, after);
    }
  }

  /** Counts a failure. */
  fail(reason: string): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }

  /** Returns whether no message is in flight. */
  get settled(): boolean {
    const { sent, refused, acked, delivered, copied } = this;
    return acked + refused === sent && delivered === acked && copied === acked;
  }

  /** Returns the results of the messages of each second since `began`. */
  bySecond(began: number): Second[] {
    const seconds: { latencies: number[]; refused: number }[] = [];
    const of = (at: number) => {
      const index = Math.floor((at - began) / 1000);
      seconds[index] ??= { latencies: [], refused: 0 };
      return seconds[index];
    };
    this.#latencies.forEach((latency, i) => {
      of(this.#sentAt[i] as number).latencies.push(latency);
    });
    for (const at of this.#refusedAt) of(at).refused += 1;
    return Array.from(seconds, (second) => {
      const sorted = Float64Array.from(second?.latencies ?? []).sort();
      const { length } = sorted;
      return {
        delivered: length,
        refused: second?.refused ?? 0,
        p50: quantile(sorted, 0.5),
        p99: quantile(sorted, 0.99),
      };
    });
  }

  /** Returns the ms from sending to delivery to the recipient. */
  latency(): { p50: number; p99: number } {
    const sorted = Float64Array.from(this.#latencies).sort();
    return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  }
}

/** The messages sent in one second. */
export interface Second {
  delivered: number;
  refused: number;
  /** Ms from sending to delivery to the recipient. */
  p50: number;
  p99: number;
}
