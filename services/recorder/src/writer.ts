import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '@parley/database';
import { NotCommitted } from '@parley/database';
import type { Log } from '@parley/service';
import { parseEntry } from './entries/parse-entry.ts';
import { readJson } from './entries/read-json.ts';
import type { Lease } from './lease/lease.ts';
import { isRequest, parseRequest } from './requests/parse-request.ts';
import type { Request } from './requests/request.ts';
import type { StreamEntry } from './source/source.ts';
import { isEntryFault } from './write/errors.ts';

/** Ms between two trims of the streams while entries arrive. */
const TRIM_INTERVAL_MS = 500;

/**
 * Ms before the first retry, and maximum ms before a later retry. The delay doubles with each
 * retry.
 */
const [MIN_RETRY_DELAY_MS, MAX_RETRY_DELAY_MS] = [50, 2000];

/** Writes batches of record entries to PostgreSQL and trims the record streams. */
export class Writer {
  readonly #deps: WriterDeps;
  readonly #written = new Map<Lease, string>();
  #current: Promise<unknown> = Promise.resolve();
  #trimmed = Number.NEGATIVE_INFINITY;
  #stopping = false;
  #failing = false;

  constructor(deps: WriterDeps) {
    this.#deps = deps;
  }

  /** True if the last attempt to write a batch succeeded. */
  get healthy(): boolean {
    return !this.#failing;
  }

  /**
   * Writes entries. Resolves when each entry is committed, moved to the dead entries, or left to
   * the next holder because its lease is lost. Retries while PostgreSQL or Redis is unavailable,
   * until {@link stop} is called.
   */
  async write(entries: readonly StreamEntry[]): Promise<void> {
    const work = this.#writeAll(await this.#parseAll(entries));
    this.#current = work;
    if (!(await work)) return;
    for (const { lease, id } of entries) if (lease.held) this.#written.set(lease, id);
    if (performance.now() - this.#trimmed > TRIM_INTERVAL_MS) await this.trim();
  }

  /**
   * Removes written entries from the streams. `write` calls this only twice a second, because
   * trimming each stream after each batch would cost as much as reading. Call it when no entries
   * arrive. If a trim fails, the next trim removes the entries, or they are written again, which is
   * idempotent.
   */
  async trim(): Promise<void> {
    this.#trimmed = performance.now();
    const trims = [...this.#written].map(async ([lease, id]) => {
      await this.#deps.trim(lease.bucket, id);
      this.#written.delete(lease);
    });
    const failure = (await Promise.allSettled(trims)).find((outcome) => outcome.status === 'rejected');
    if (failure) this.#deps.log.warn({ err: failure.reason }, 'record stream trim failed');
  }

  /** Resolves when no batch is in flight. */
  async settled(): Promise<void> {
    await this.#current;
  }

  /** Stops retrying. If the next attempt fails, the entries stay in their streams. */
  stop(): void {
    this.#stopping = true;
  }

  async #parseAll(entries: readonly StreamEntry[]): Promise<Item[]> {
    const items: Item[] = [];
    const requests: Request[] = [];
    for (const source of entries) {
      try {
        const value = readJson(source.text);
        if (isRequest(value)) requests.push(parseRequest(value));
        else items.push({ source, entry: parseEntry(value, Number.parseInt(source.id, 10)) });
      } catch (error) {
        await this.#bury(source, error);
      }
    }
    // Handles requests here, because gateways of versions before 0.1 put them into the record
    // streams.
    if (requests.length > 0) void this.#deps.handle(requests);
    return items;
  }

  /** Writes entries and retries after failures. Returns false if {@link stop} ended the retries. */
  async #writeAll(all: readonly Item[]): Promise<boolean> {
    for (let delay = MIN_RETRY_DELAY_MS; ; delay = Math.min(delay * 2, MAX_RETRY_DELAY_MS)) {
      const items = all.filter((item) => item.source.lease.held);
      if (items.length === 0) return true;
      try {
        await this.#attempt(await this.#deps.confirm(items));
        this.#failing = false;
        return true;
      } catch (error) {
        if (isEntryFault(error)) return await this.#isolate(items, error);
        if (error instanceof NotCommitted) continue;
        this.#failing = true;
        this.#deps.failed(error);
        this.#deps.log.warn({ err: error, entries: items.length, retryIn: delay }, 'write failed');
      }
      if (this.#stopping) return false;
      await sleep(delay);
    }
  }

  async #attempt(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    const start = performance.now();
    const mayCommit = () => items.every((item) => item.source.lease.held);
    await this.#deps.writeBatch(
      items.map((item) => item.entry),
      mayCommit,
    );
    await this.#deps.committed(items, start);
  }

  /**
   * Splits a batch in halves until the invalid entry is alone in its batch. Writes the other
   * halves.
   */
  async #isolate(items: readonly Item[], error: unknown): Promise<boolean> {
    const [first] = items;
    if (first && items.length === 1) return await this.#bury(first.source, error);
    const middle = Math.ceil(items.length / 2);
    return (await this.#writeAll(items.slice(0, middle))) && (await this.#writeAll(items.slice(middle)));
  }

  /**
   * Moves an entry to the dead entries, so that it does not block the stream. Returns false if
   * {@link stop} ended the retries.
   */
  async #bury(entry: StreamEntry, cause: unknown): Promise<boolean> {
    const { log } = this.#deps;
    const { lease, id } = entry;
    for (let delay = MIN_RETRY_DELAY_MS; lease.held; delay = Math.min(delay * 2, MAX_RETRY_DELAY_MS)) {
      try {
        await this.#deps.bury(entry, cause instanceof Error ? cause.message : String(cause));
        log.error({ err: cause, bucket: lease.bucket, id }, 'record entry moved to the dead entries');
        return true;
      } catch (error) {
        log.warn({ err: error, retryIn: delay }, 'record entry could not be moved to the dead entries');
      }
      if (this.#stopping) return false;
      await sleep(delay);
    }
    return true;
  }
}

export interface WriterDeps {
  /** Writes entries in one transaction. Calls `mayCommit` before the commit. See `writeBatch`. */
  writeBatch(entries: readonly Entry[], mayCommit: () => boolean): Promise<void>;
  /** Returns the items that enough replicas of Redis have. */
  confirm(items: readonly Item[]): Promise<readonly Item[]>;
  /**
   * Called after the commit, before the entries are trimmed. If it rejects, the batch is written
   * again. `start` is when the write began, as a value of `performance.now()`.
   */
  committed(items: readonly Item[], start: number): Promise<void>;
  /** Removes the entries of a bucket's record stream up to and including `id`. */
  trim(bucket: number, id: string): Promise<unknown>;
  /** Moves an entry to the dead entries. */
  bury(entry: StreamEntry, reason: string): Promise<unknown>;
  /** Handles requests. Never rejects. */
  handle(requests: readonly Request[]): Promise<void>;
  /** Called when an attempt to write failed for a reason that might be temporary. */
  failed(error: unknown): void;
  log: Pick<Log, 'warn' | 'error'>;
}

/** A record entry: as read from its stream, and parsed. */
export interface Item {
  source: StreamEntry;
  entry: Entry;
}
