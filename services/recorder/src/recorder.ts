import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease } from './lease/lease.ts';
import { Pace } from './pace.ts';
import type { Source, StreamEntry } from './source/source.ts';
import type { Writer } from './writer.ts';

/**
 * Writes the entries of the record streams to PostgreSQL. Repeats three phases:
 *
 * 1. Collect: read the leased streams. While they contain more entries, continue until a batch is
 *    full. If they are empty, the read waits for entries.
 * 2. Write: write the batch in one transaction. Retry until it is committed or the leases are lost.
 * 3. Pace: while entries arrive, wait so that the next batch gets larger ({@link Pace}).
 */
export class Recorder {
  readonly #source: Source;
  readonly #leases: () => readonly Lease[];
  readonly #writer: Writer;
  readonly #options: RecorderOptions;
  readonly #pace: Pace;
  #stopping = false;
  #failing = false;
  #done: Promise<void> = Promise.resolve();

  constructor(source: Source, leases: () => readonly Lease[], writer: Writer, options: RecorderOptions) {
    this.#source = source;
    this.#leases = leases;
    this.#writer = writer;
    this.#options = options;
    this.#pace = new Pace(options);
  }

  /** True if the last read of the record streams succeeded. */
  get healthy(): boolean {
    return !this.#failing;
  }

  start(): void {
    this.#done = this.#run();
  }

  /**
   * Writes the entries that are in the streams now, without waiting for more, and trims the streams
   * at once.
   */
  hurry(): void {
    this.#pace.hurry();
  }

  /**
   * Stops reading. Resolves once the batch in flight is written or given up. A batch is given up if
   * PostgreSQL or Redis is unavailable; its entries then stay in their streams.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#pace.hurry();
    this.#writer.stop();
    await this.#done;
    await this.#source.close();
  }

  async #run(): Promise<void> {
    let busy = false;
    let failures = 0;
    while (!this.#stopping) {
      const hurried = this.#pace.begin();
      try {
        const entries = await this.#collect(busy ? 0 : IDLE_MS);
        busy = entries.length > 0;
        this.#failing = false;
        failures = 0;
        for (let from = 0; from < entries.length; from += this.#options.batch) {
          await this.#writer.write(entries.slice(from, from + this.#options.batch));
        }
        if (!busy || hurried) await this.#writer.trim();
        if (busy) await this.#pace.wait(entries.length);
      } catch (error) {
        this.#failing = true;
        this.#options.onError(error);
        failures += 1;
        await sleep(Math.min(50 * 2 ** failures, 1000));
      }
    }
    await this.#writer.trim();
  }

  async #collect(wait: number): Promise<StreamEntry[]> {
    const leases = this.#leases();
    if (leases.length === 0) {
      await sleep(IDLE_MS);
      return [];
    }
    let page = await this.#source.read(leases, wait);
    const entries = page.entries;
    while (page.more && entries.length < this.#options.batch) {
      page = await this.#source.read(leases, 0);
      entries.push(...page.entries);
    }
    return entries;
  }
}

/** Ms to wait for entries before the list of leases is read again. */
const IDLE_MS = 500;

export interface RecorderOptions {
  /** Maximum number of entries per transaction. */
  batch: number;
  /** Ms between two reads while many entries arrive, or while a request waits for an entry. */
  wait: number;
  /** Ms between two reads while few entries arrive. */
  maxWait: number;
  onError: (error: unknown) => void;
}
