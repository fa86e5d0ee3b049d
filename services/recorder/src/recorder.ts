import { setTimeout as sleep } from 'node:timers/promises';
import type { Leases } from './lease/leases.ts';
import type { Source, StreamEntry } from './source/source.ts';
import type { Writer } from './writer.ts';

/**
 * Carries entries from the record streams to PostgreSQL.
 *
 * Collect: read what the leased streams hold until a batch is full or the wait since its first entry is over.
 * Write: one transaction per batch, again and again until it is committed or the leases are lost.
 * Then the streams are trimmed up to what was written, and it starts over.
 */
export class Recorder {
  readonly #source: Source;
  readonly #leases: Leases;
  readonly #writer: Writer;
  readonly #options: RecorderOptions;
  #stopping = false;
  #failing = false;
  #done: Promise<void> = Promise.resolve();

  constructor(source: Source, leases: Leases, writer: Writer, options: RecorderOptions) {
    this.#source = source;
    this.#leases = leases;
    this.#writer = writer;
    this.#options = options;
  }

  /** Whether the streams can be read. */
  get healthy(): boolean {
    return !this.#failing;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Resolves once the batch at hand is written, or given up where PostgreSQL or Redis is away: it stays in its stream. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#writer.stop();
    await this.#done;
    await this.#source.close();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping) {
      try {
        const entries = await this.#collect();
        this.#failing = false;
        failures = 0;
        for (let from = 0; from < entries.length; from += this.#options.batch) {
          await this.#writer.write(entries.slice(from, from + this.#options.batch));
        }
      } catch (error) {
        this.#failing = true;
        this.#options.onError(error);
        failures += 1;
        await sleep(Math.min(50 * 2 ** failures, 1000));
      }
    }
  }

  async #collect(): Promise<StreamEntry[]> {
    const { batch, wait } = this.#options;
    const leases = this.#leases.held();
    if (leases.length === 0) {
      await sleep(IDLE);
      return [];
    }
    let page = await this.#source.read(leases, IDLE);
    const entries = page.entries;
    const end = performance.now() + wait;
    while (entries.length > 0 && entries.length < batch) {
      const left = end - performance.now();
      if (!page.more && left > 0) await sleep(left);
      else if (!page.more) break;
      page = await this.#source.read(leases, 0);
      entries.push(...page.entries);
    }
    return entries;
  }
}

/** Ms to wait for entries before looking at the leases again. */
const IDLE = 200;

export interface RecorderOptions {
  /** Entries per transaction at most. */
  batch: number;
  /** Ms to wait for a batch to fill, from its first entry on. */
  wait: number;
  onError: (error: unknown) => void;
}
