import type { Entry } from '@parley/database';
import type { RedisConnection } from '@parley/redis';
import { addGauge, Counter, Gauge, Histogram, type Registry } from '@parley/service';
import type { Lease } from './lease/lease.ts';
import { type Backlog, readBacklog } from './read-backlog.ts';
import { failureReason } from './write/errors.ts';

/** The metrics of the recorder. */
export class RecorderMetrics {
  readonly #lag: Histogram;
  readonly #entries: Counter<'kind'>;
  readonly #batches: Histogram;
  readonly #dead: Counter;
  readonly #buckets: Counter<'bucket'>;
  readonly #failures: Counter<'reason'>;

  /** @param leased returns the leases that are valid now */
  constructor(registry: Registry, redis: RedisConnection, leased: () => readonly Lease[]) {
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
      help: 'Entries moved to the dead entries because they cannot be written.',
      registers,
    });
    const leasedHelp = 'Buckets whose record stream this process reads.';
    const bucketsHelp = 'Buckets of the installation, each with a record stream.';
    this.#failures = new Counter({
      name: 'parley_record_write_failures_total',
      help: 'Attempts to write a batch that failed, by reason.',
      labelNames: ['reason'],
      registers,
    });
    const memoryHelp = 'Share of `maxmemory` that the fullest server of Redis uses. 0 without `maxmemory`.';
    addGauge(registry, 'parley_redis_memory_used_ratio', memoryHelp, () => redis.memory.share);
    addGauge(registry, 'parley_record_leased_buckets', leasedHelp, () => leased().length);
    addGauge(registry, 'parley_record_buckets', bucketsHelp, () => redis.keys.buckets);
    this.#buckets = new Counter({
      name: 'parley_record_bucket_entries_total',
      help: 'Entries committed, by bucket.',
      labelNames: ['bucket'],
      registers,
    });
    this.#addBacklog(registers, redis, leased);
  }

  /**
   * Adds metrics of the backlog of record entries. Their values are read from Redis when the
   * metrics are collected. They are NaN while Redis is unavailable.
   */
  #addBacklog(registers: Registry[], redis: RedisConnection, leased: () => readonly Lease[]): void {
    let reading: Promise<Backlog> | undefined;
    // Reads the backlog once for both gauges, which are collected at the same time.
    const read = () => {
      reading ??= readBacklog(redis, leased())
        .catch(() => ({ entries: Number.NaN, age: Number.NaN }))
        .finally(() => {
          reading = undefined;
        });
      return reading;
    };
    new Gauge({
      name: 'parley_record_oldest_seconds',
      help: 'Age of the oldest entry in the record streams of the leased buckets.',
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

  /** Counts a committed batch and its entries. */
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

  /** Counts a failed attempt to write a batch. The recorder writes the batch again. */
  failed(error: unknown): void {
    this.#failures.inc({ reason: failureReason(error) });
  }

  /** Counts a record entry that was moved to the dead entries. */
  buried(): void {
    this.#dead.inc();
  }
}
