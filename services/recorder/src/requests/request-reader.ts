import { setTimeout as sleep } from 'node:timers/promises';
import { readJson } from '../entries/read-json.ts';
import type { Lease } from '../lease/lease.ts';
import type { Source, StreamEntry } from '../source/source.ts';
import { parseRequest } from './parse-request.ts';
import type { Request } from './request.ts';

/** Ms to wait for requests before the list of leases is read again. */
const IDLE_MS = 500;

/** Maximum number of requests that are handled at the same time. */
const MAX_UNDER_WAY = 500;

/**
 * Reads the request streams of the leased buckets. Reads them separately from the record streams,
 * so that neither delays the other. Reads on while requests are being handled, because a request
 * about a message can wait a second for the message's record, and gateways wait no longer than that
 * for any request.
 */
export class RequestReader {
  readonly #deps: RequestReaderDeps;
  #stopping = false;
  /** Batches of requests that are being handled. */
  readonly #batches = new Set<Promise<void>>();
  #underWay = 0;
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
    await Promise.all(this.#batches);
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
    this.#handle(entries.flatMap((entry) => this.#parse(entry)));
    const last = new Map(entries.map(({ lease, id }) => [lease.bucket, id]));
    await Promise.all([...last].map(([bucket, id]) => this.#deps.trim(bucket, id)));
    while (this.#underWay >= MAX_UNDER_WAY) await Promise.race(this.#batches);
  }

  #handle(requests: Request[]): void {
    if (requests.length === 0) return;
    this.#underWay += requests.length;
    const batch = this.#deps.handle(requests).finally(() => {
      this.#underWay -= requests.length;
      this.#batches.delete(batch);
    });
    this.#batches.add(batch);
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
