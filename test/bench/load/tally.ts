import { quantile } from '../measure/quantile.ts';

/** What happened to the messages of one run. */
export class Tally {
  sent = 0;
  acked = 0;
  refused = 0;
  /** Messages their recipient has. */
  delivered = 0;
  /** Messages whose sender has the own copy. */
  copied = 0;
  /** Acknowledgements and messages that came again. */
  doubled = 0;
  /** Messages that came to the recipient after one that was sent later. */
  disordered = 0;
  /** Refusals, ended connections and what should not happen, by their text. */
  readonly failures = new Map<string, number>();
  /** Ms after which the refused may come back: the least and the most that was said, and how often nothing was. */
  readonly retryAfter = { least: Number.POSITIVE_INFINITY, most: 0, unsaid: 0 };
  readonly #latencies: number[] = [];
  readonly #sentAt: number[] = [];
  readonly #refusedAt: number[] = [];

  /** Counts a delivery, now, of a message sent at `sentAt`. */
  deliver(sentAt: number): void {
    this.delivered += 1;
    this.#latencies.push(performance.now() - sentAt);
    this.#sentAt.push(sentAt);
  }

  /** Counts a refusal of a message sent at `sentAt`. */
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

  /** Whether nothing is under way any more. */
  get settled(): boolean {
    const { sent, refused, acked, delivered, copied } = this;
    return acked + refused === sent && delivered === acked && copied === acked;
  }

  /** What became of the messages of each second of sending since `began`. */
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

  /** From sending to the recipient's having it, in ms. */
  latency(): { p50: number; p99: number } {
    const sorted = Float64Array.from(this.#latencies).sort();
    return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  }
}

/** The messages sent in one second. */
export interface Second {
  delivered: number;
  refused: number;
  /** Ms from sending to the recipient's having it. */
  p50: number;
  p99: number;
}
