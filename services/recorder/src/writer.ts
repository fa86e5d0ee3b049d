import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '@parley/database';
import { confirmRecord, type RedisConnection } from '@parley/redis';
import type { Log, Traces } from '@parley/service';
import type { Entry, FactsEntry } from './entries/entry.ts';
import { parseEntry } from './entries/parse-entry.ts';
import type { Lease } from './lease/lease.ts';
import type { RecorderMetrics } from './metrics.ts';
import type { StreamEntry } from './source/source.ts';
import { isEntryFault } from './write/errors.ts';
import { NotCommitted, writeBatch } from './write/write-batch.ts';

/** Ms between trims while there is much to write. */
const TRIM_INTERVAL = 500;

/** Writes batches to PostgreSQL, and takes what is written out of the record streams. */
export class Writer {
  readonly #parts: WriterParts;
  readonly #written = new Map<Lease, string>();
  #current: Promise<unknown> = Promise.resolve();
  #trimmed = Number.NEGATIVE_INFINITY;
  #stopping = false;
  #failing = false;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Whether the last attempt to write succeeded. */
  get healthy(): boolean {
    return !this.#failing;
  }

  /**
   * Resolves when each entry is committed, put aside as dead, or its lease is lost (the next holder
   * writes it). As long as PostgreSQL or Redis is away it tries again, 50 ms to 2 s apart, until {@link stop}.
   */
  async write(entries: readonly StreamEntry[]): Promise<void> {
    const work = this.#persist(await this.#parse(entries));
    this.#current = work;
    if (!(await work)) return;
    for (const { lease, id } of entries) if (lease.held) this.#written.set(lease, id);
    if (performance.now() - this.#trimmed > TRIM_INTERVAL) await this.trim();
  }

  /**
   * Takes what is written out of the streams. Called by `write` now and then, since a command per stream and batch would
   * cost as much as reading; to be called when there is nothing to write. What could not be trimmed is trimmed next
   * time, or written again to no effect by the next holder.
   */
  async trim(): Promise<void> {
    const { link, log } = this.#parts;
    this.#trimmed = performance.now();
    const trims = [...this.#written].map(async ([lease, id]) => {
      await link.client.xtrim(link.keys.record(lease.bucket), 'MINID', after(id));
      this.#written.delete(lease);
    });
    const failure = (await Promise.allSettled(trims)).find((outcome) => outcome.status === 'rejected');
    if (failure) log.warn({ err: failure.reason }, 'cannot trim');
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await this.#current;
  }

  /** From now on what cannot be written at the first attempt is left where it is. */
  stop(): void {
    this.#stopping = true;
  }

  async #parse(entries: readonly StreamEntry[]): Promise<Item[]> {
    const items: Item[] = [];
    for (const source of entries) {
      try {
        items.push({ source, entry: parseEntry(source.text) });
      } catch (error) {
        await this.#bury(source, error);
      }
    }
    return items;
  }

  /** Answers whether all is done; false when it gave up. */
  async #persist(all: readonly Item[]): Promise<boolean> {
    for (let delay = 50; ; delay = Math.min(delay * 2, 2000)) {
      const items = all.filter((item) => item.source.lease.held);
      if (items.length === 0) return true;
      try {
        await this.#attempt(await this.#confirm(items));
        this.#failing = false;
        return true;
      } catch (error) {
        if (isEntryFault(error)) return await this.#isolate(items, error);
        if (error instanceof NotCommitted) continue;
        this.#failing = true;
        this.#parts.log.warn({ err: error, entries: items.length, retryIn: delay }, 'cannot write');
      }
      if (this.#stopping) return false;
      await sleep(delay);
    }
  }

  /**
   * Leaves out what a failed master had and its successor has not, where replicas have to confirm: it was never acknowledged, so it
   * is sent again, and would be there twice.
   */
  async #confirm(items: readonly Item[]): Promise<readonly Item[]> {
    const { link } = this.#parts;
    if (link.replicas === 0) return items;
    const ids = new Map<number, string[]>();
    for (const { source } of items) {
      const { bucket } = source.lease;
      ids.set(bucket, [...(ids.get(bucket) ?? []), source.id]);
    }
    const confirmed = new Map<number, ReadonlySet<string>>();
    await Promise.all(
      [...ids].map(async ([bucket, own]) => confirmed.set(bucket, await confirmRecord(link, bucket, own))),
    );
    return items.filter(({ source }) => confirmed.get(source.lease.bucket)?.has(source.id));
  }

  async #attempt(items: readonly Item[]): Promise<void> {
    const { pool, rebuild, find, answer, announce, metrics, traces } = this.#parts;
    const start = traces?.now() ?? 0;
    const entries = items.map((item) => item.entry);
    const lost = new Set(entries.flatMap((entry) => (entry.kind === 'rebuild' ? [entry.id] : [])));
    const sought = new Set(entries.flatMap((entry) => (entry.kind === 'external' ? [entry.external] : [])));
    const mayCommit = () => items.every((item) => item.source.lease.held);
    const asked = entries.filter((entry) => entry.kind === 'facts');
    // What is asked about may be in the same batch.
    const written = writeBatch(pool, entries, mayCommit).then(() =>
      Promise.all([announce(entries), ...asked.map(answer)]),
    );
    const outcomes = await Promise.allSettled([written, ...[...lost].map(rebuild), ...[...sought].map(find)]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    if (traces) traceMessages(traces, entries, start);
    metrics.committed(
      items.map(({ source, entry }) => ({
        kind: entry.kind,
        accepted: Number.parseInt(source.id, 10),
        bucket: source.lease.bucket,
      })),
    );
  }

  /** Halves the batch until the entry at fault stands alone. */
  async #isolate(items: readonly Item[], error: unknown): Promise<boolean> {
    const [first] = items;
    if (first && items.length === 1) return await this.#bury(first.source, error);
    const middle = Math.ceil(items.length / 2);
    return (await this.#persist(items.slice(0, middle))) && (await this.#persist(items.slice(middle)));
  }

  /** Moves an entry to the dead ones, so that the stream goes on. Answers false when it gave up. */
  async #bury({ lease, id, text }: StreamEntry, cause: unknown): Promise<boolean> {
    const { link, log, metrics } = this.#parts;
    const reason = cause instanceof Error ? cause.message : String(cause);
    for (let delay = 50; lease.held; delay = Math.min(delay * 2, 2000)) {
      try {
        await link.client.xadd(link.keys.recordDead(lease.bucket), '*', 'e', text ?? '', 'error', reason, 'id', id);
        log.error({ err: cause, bucket: lease.bucket, id }, 'put a record entry aside as dead');
        metrics.buried();
        return true;
      } catch (error) {
        log.warn({ err: error, retryIn: delay }, 'cannot put an entry aside');
      }
      if (this.#stopping) return false;
      await sleep(delay);
    }
    return true;
  }
}

function traceMessages(traces: Traces, entries: readonly Entry[], start: number): void {
  const attributes = { 'parley.batch': entries.length };
  for (const entry of entries) {
    if (entry.kind !== 'message' || !traces.samples(entry.id)) continue;
    const message = { id: entry.id, conversation: entry.conversation };
    traces.add({ name: 'record', message, start, end: traces.now(), attributes });
  }
}

function after(id: string): string {
  const [ms, counter] = id.split('-');
  return `${ms}-${Number(counter) + 1}`;
}

export interface WriterParts {
  link: RedisConnection;
  pool: Pool;
  /** Writes the permit copy of an id to Redis anew. */
  rebuild: (id: number) => Promise<unknown>;
  /** Tells the gateway that asked who has an external id. */
  find: (external: string) => Promise<unknown>;
  /** Notes for webhooks what was committed. */
  announce: (entries: readonly Entry[]) => Promise<unknown>;
  /** Tells the gateway that asked what is known of a message. */
  answer: (asked: FactsEntry) => Promise<unknown>;
  metrics: RecorderMetrics;
  /** Absent where nothing is traced. */
  traces: Traces | undefined;
  log: Log;
}

interface Item {
  source: StreamEntry;
  entry: Entry;
}
