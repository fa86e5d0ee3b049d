import { setTimeout as sleep } from 'node:timers/promises';
import { readJson } from '../entries/read-json.ts';
import type { Lease } from '../lease/lease.ts';
import type { Source, StreamEntry } from '../source/source.ts';
import { parseRequest } from './parse-request.ts';
import type { Request } from './request.ts';

/** Ms to wait for requests before the list of leases is read again. */
const IDLE_MS = 500;

/**
 * Reads the request streams of the leased buckets. Reads them separately from the record streams,
 * so that neither delays the other.
 */
export class RequestReader {
  readonly #deps: RequestReaderDeps;
  #stopping = false;
  #done: Promise<void> = Promise.resolve();

  constructor(deps: RequestReaderDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Stops reading. Resolves after the requests in flight are handled or dropped. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#deps.source.close();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#readOnce();
      } catch (error) {
        if (this.#stopping) return;
        this.#deps.onError(error);
        await sleep(IDLE_MS);
      }
    }
  }

  async #readOnce(): Promise<void> {
    const leases = this.#deps.leases();
    if (leases.length === 0) return void (await sleep(IDLE_MS));
    const { entries } = await this.#deps.source.read(leases, IDLE_MS);
    await this.#deps.handle(entries.flatMap((entry) => this.#parse(entry)));
    const last = new Map(entries.map(({ lease, id }) => [lease.bucket, id]));
    await Promise.all([...last].map(([bucket, id]) => this.#deps.trim(bucket, id)));
  }

  #parse({ text }: StreamEntry): Request[] {
    try {
      return [parseRequest(readJson(text))];
    } catch (error) {
      this.#deps.onError(error);
      return [];
    }
  }
}

export interface RequestReaderDeps {
  source: Source;
  leases(): readonly Lease[];
  handle(requests: readonly Request[]): Promise<void>;
  /** Removes the requests of a bucket up to and including `id`. */
  trim(bucket: number, id: string): Promise<unknown>;
  onError(error: unknown): void;
}
