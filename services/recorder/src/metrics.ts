import { Counter, Gauge, Histogram, type Registry } from '@parley/service';
import type { Entry } from './entries/entry.ts';

/** What the recorder tells Prometheus. */
export class RecorderMetrics {
  readonly #lag: Histogram;
  readonly #entries: Counter<'kind'>;
  readonly #batches: Histogram;
  readonly #dead: Counter;

  /** @param leased how many buckets are leased now */
  constructor(registry: Registry, leased: () => number) {
    const registers = [registry];
    this.#lag = new Histogram({
      name: 'parley_record_lag_seconds',
      help: 'From the moment Redis accepted an entry to its commit in PostgreSQL.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
      registers,
    });
    this.#entries = new Counter({
      name: 'parley_record_entries_total',
      help: 'Entries committed.',
      labelNames: ['kind'],
      registers,
    });
    this.#batches = new Histogram({
      name: 'parley_record_batch_entries',
      help: 'Entries per transaction.',
      buckets: [1, 3, 10, 30, 100, 300, 1000],
      registers,
    });
    this.#dead = new Counter({
      name: 'parley_record_dead_total',
      help: 'Entries put aside because they cannot be written.',
      registers,
    });
    new Gauge({
      name: 'parley_record_leased_buckets',
      help: 'Buckets whose record stream this process reads.',
      registers,
      collect() {
        this.set(leased());
      },
    });
  }

  /** A batch was committed. */
  committed(entries: readonly { kind: Entry['kind']; accepted: number }[]): void {
    const now = Date.now();
    const kinds = new Map<Entry['kind'], number>();
    for (const { kind, accepted } of entries) {
      this.#lag.observe(Math.max(0, now - accepted) / 1000);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    for (const [kind, count] of kinds) this.#entries.inc({ kind }, count);
    this.#batches.observe(entries.length);
  }

  /** An entry was put aside. */
  buried(): void {
    this.#dead.inc();
  }
}
