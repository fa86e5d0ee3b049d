import type { Histogram, Registry } from 'prom-client';

/**
 * A histogram without labels, for code that runs for each message. `observe` is cheap, because it
 * only increments plain numbers.
 */
export class PlainHistogram {
  readonly name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  /**
   * Number of values in each bucket, which has an upper bound. The last element counts the values
   * above all bounds.
   */
  readonly #counts: number[];
  #sum = 0;

  constructor(registry: Registry, { name, help, buckets }: PlainHistogramOptions) {
    this.name = name;
    this.#help = help;
    this.#bounds = buckets;
    this.#counts = Array.from({ length: buckets.length + 1 }, () => 0);
    // Registers itself as a prom-client metric, of which the registry uses only `name` and `get`.
    registry.registerMetric(this as unknown as Histogram);
  }

  observe(value: number): void {
    let bucket = 0;
    while (value > (this.#bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#sum += value;
  }

  /** Returns the samples in the form that the registry reads. */
  get(): object {
    const { name } = this;
    let below = 0;
    const buckets = this.#counts.map((count, bucket) => {
      below += count;
      return { metricName: `${name}_bucket`, labels: { le: this.#bounds[bucket] ?? '+Inf' }, value: below };
    });
    const totals = [
      { metricName: `${name}_sum`, labels: {}, value: this.#sum },
      { metricName: `${name}_count`, labels: {}, value: below },
    ];
    return { name, help: this.#help, type: 'histogram', values: [...buckets, ...totals], aggregator: 'sum' };
  }
}

export interface PlainHistogramOptions {
  name: string;
  help: string;
  /** Upper bounds of the buckets, ascending. */
  buckets: readonly number[];
}
