import { setTimeout as sleep } from 'node:timers/promises';
import type { Leases } from './lease/leases.ts';
import type { Source, StreamEntry } from './source/source.ts';
import type { Writer } from './writer.ts';

/**
 * Carries entries from the record streams to PostgreSQL.
 *
 * Collect: read what the leased streams hold; where they hold much, until a batch is full.
 * Write: one transaction per batch, again and again until it is committed or the leases are lost.
 * Pace: while entries come, the next read is `wait` ms after this one, so that a batch gathers; else it blocks for the first.
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
    let busy = false;
    let failures = 0;
    while (!this.#stopping) {
      const next = performance.now() + this.#options.wait;
      try {
        const entries = await this.#collect(busy ? 0 : IDLE);
        busy = entries.length > 0;
        this.#failing = false;
        failures = 0;
        for (let from = 0; from < entries.length; from += this.#options.batch) {
          await this.#writer.write(entries.slice(from, from + this.#options.batch));
        }
        if (!busy) await this.#writer.trim();
        else if (entries.length < this.#options.batch) await sleep(Math.max(0, next - performance.now()));
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
    const leases = this.#leases.held();
    if (leases.length === 0) {
      await sleep(IDLE);
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

/** Ms to wait for entries before looking at the leases again. */
const IDLE = 200;

export interface RecorderOptions {
  /** Entries per transaction at most. */
  batch: number;
  /** Ms from one read to the next while entries come. */
  wait: number;
  onError: (error: unknown) => void;
}
