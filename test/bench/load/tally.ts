import { quantile } from '../measure/quantile.ts';

/** Counts the results of all messages in one run. */
export class Tally {
  sent = 0;
  acked = 0;
  refused = 0;
  /** Number of messages that reached the recipient. */
  delivered = 0;
  /** Number of messages of which the sender received its own copy. */
  copied = 0;
  /** Number of duplicate acknowledgements, deliveries and own copies. */
  doubled = 0;
  /** Number of messages that arrived after a later one. */
  disordered = 0;
  /** Refusals, lost connections and unexpected events: reason -> count. */
  readonly failures = new Map<string, number>();
  /**
   * Minimum and maximum `retryAfter` of refusals in ms, and the number of refusals without it
   * (`unsaid`).
   */
  readonly retryAfter = { least: Number.POSITIVE_INFINITY, most: 0, unsaid: 0 };
  readonly #latencies: number[] = [];
  readonly #sentAt: number[] = [];
  readonly #refusedAt: number[] = [];

  /** Counts a message as delivered now. `sentAt`: when it was sent. */
  deliver(sentAt: number): void {
    this.delivered += 1;
    this.#latencies.push(performance.now() - sentAt);
    this.#sentAt.push(sentAt);
  }

  /** Counts a message as refused. `sentAt`: when it was sent. `after`: its `retryAfter` in ms. */
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

  /** Whether no message is in flight. */
  get settled(): boolean {
    const { sent, refused, acked, delivered, copied } = this;
    return acked + refused === sent && delivered === acked && copied === acked;
  }

  /** Returns the results of messages by the second in which they were sent, from `began` on. */
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

  /** Returns quantiles of the ms from sending a message to its delivery to the recipient. */
  latency(): { p50: number; p99: number } {
    const sorted = Float64Array.from(this.#latencies).sort();
    return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  }
}

/** The results of all messages sent within one second. */
export interface Second {
  delivered: number;
  refused: number;
  /** Ms from sending a message to its delivery to the recipient. */
  p50: number;
  p99: number;
}
