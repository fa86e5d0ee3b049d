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
  readonly #latencies: number[] = [];

  /** Counts a delivery `latency` ms after the message was sent. */
  deliver(latency: number): void {
    this.delivered += 1;
    this.#latencies.push(latency);
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

  /** From sending to the recipient's having it, in ms. */
  latency(): { p50: number; p99: number } {
    const sorted = Float64Array.from(this.#latencies).sort();
    return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  }
}
