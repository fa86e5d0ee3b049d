import type { RedisConnection } from '@parley/redis';
import { Counter, Gauge, Histogram, type Registry } from '@parley/service';
import type { Entry } from './entries/entry.ts';
import type { Lease } from './lease/lease.ts';
import { type Backlog, readBacklog } from './read-backlog.ts';

/** What the recorder tells Prometheus. */
export class RecorderMetrics {
  readonly #lag: Histogram;
  readonly #entries: Counter<'kind'>;
  readonly #batches: Histogram;
  readonly #dead: Counter;
  readonly #buckets: Counter<'bucket'>;

  /** @param leased the buckets that are leased now */
  constructor(registry: Registry, link: RedisConnection, leased: () => readonly Lease[]) {
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
        this.set(leased().length);
      },
    });
    this.#buckets = new Counter({
      name: 'parley_record_bucket_entries_total',
      help: 'Entries committed, by bucket: how even they are.',
      labelNames: ['bucket'],
      registers,
    });
    this.#addBacklog(registers, link, leased);
  }

  /** Redis is asked when somebody asks for the metrics; where it is away they say nothing of it. */
  #addBacklog(registers: Registry[], link: RedisConnection, leased: () => readonly Lease[]): void {
    let reading: Promise<Backlog> | undefined;
    // Both gauges are asked at once, Redis one time.
    const read = () => {
      reading ??= readBacklog(link, leased())
        .catch(() => ({ entries: Number.NaN, age: Number.NaN }))
        .finally(() => {
          reading = undefined;
        });
      return reading;
    };
    new Gauge({
      name: 'parley_record_oldest_seconds',
      help: 'For how long the oldest entry in the record streams of the leased buckets has waited.',
      registers,
      async collect() {
        this.set((await read()).age / 1000);
      },
    });
    new Gauge({
      name: 'parley_record_backlog_entries',
      help: 'Entries in the record streams of the leased buckets.',
      registers,
      async collect() {
        this.set((await read()).entries);
      },
    });
  }

  /** A batch was committed. */
  committed(entries: readonly { kind: Entry['kind']; accepted: number; bucket: number }[]): void {
    const now = Date.now();
    const kinds = new Map<Entry['kind'], number>();
    const buckets = new Map<number, number>();
    for (const { kind, accepted, bucket } of entries) {
      this.#lag.observe(Math.max(0, now - accepted) / 1000);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
    }
    for (const [kind, count] of kinds) this.#entries.inc({ kind }, count);
    for (const [bucket, count] of buckets) this.#buckets.inc({ bucket }, count);
    this.#batches.observe(entries.length);
  }

  /** An entry was put aside. */
  buried(): void {
    this.#dead.inc();
  }
}
