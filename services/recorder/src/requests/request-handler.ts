import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageFacts } from '@parley/redis';
import type { FactsRequest, PinsRequest, RefsRequest, Request } from './request.ts';

/**
 * Maximum ms for which a request waits until the records that were accepted before it are written.
 */
const MAX_RECORDS_WAIT_MS = 1000;

/** Ms between two checks whether the records that a request waits for are written. */
const RECORDS_RETRY_MS = 50;

/**
 * Handles requests of gateways and apis by copying data from PostgreSQL to Redis. Drops a request
 * that fails: the gateway asks its client to retry, and the retry sends a new request.
 */
export class RequestHandler {
  readonly #deps: RequestHandlerDeps;

  constructor(deps: RequestHandlerDeps) {
    this.#deps = deps;
  }

  /**
   * Handles requests. Handles equal requests only once. Resolves when every request is handled or
   * dropped. Never rejects.
   */
  async handle(requests: readonly Request[]): Promise<void> {
    const distinct = new Map(requests.map((request) => [JSON.stringify(request), request]));
    const outcomes = await Promise.allSettled([...distinct.values()].map((request) => this.#handleOne(request)));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) this.#deps.onError(failure.reason);
  }

  async #handleOne(request: Request): Promise<unknown> {
    if (request.kind === 'rebuild') return this.#deps.rebuildPermits(request.id);
    if (request.kind === 'external') return this.#deps.copyExternal(request.external);
    if (request.kind === 'refs') return this.#deps.copyRefs(request);
    if (request.kind === 'pins') return this.#handlePins(request);
    if (request.kind === 'records') return this.#deps.hurry();
    return this.#handleFacts(request);
  }

  /**
   * Handles a request for the facts about a message. Reports the message as missing only after
   * every record that was accepted before the request is written.
   */
  async #handleFacts(request: FactsRequest): Promise<void> {
    const isBehind = await this.#deps.followRecords(request.conversation);
    this.#deps.hurry();
    const end = performance.now() + MAX_RECORDS_WAIT_MS;
    for (;;) {
      const behind = await isBehind();
      const facts = await this.#deps.readFacts(request);
      if (facts.from !== null || !behind) return await this.#deps.copyFacts(request, facts);
      if (performance.now() > end) return;
      await sleep(RECORDS_RETRY_MS);
    }
  }

  /**
   * Handles a request for the pinned messages of a conversation. Copies them only after every
   * record that was accepted before the request is written.
   */
  async #handlePins(request: PinsRequest): Promise<void> {
    const isBehind = await this.#deps.followRecords(request.conversation);
    this.#deps.hurry();
    const end = performance.now() + MAX_RECORDS_WAIT_MS;
    while (await isBehind()) {
      if (performance.now() > end) return;
      await sleep(RECORDS_RETRY_MS);
    }
    await this.#deps.copyPins(request);
  }
}

export interface RequestHandlerDeps {
  /** Copies the permits of a user or group to Redis. */
  rebuildPermits(id: number): Promise<unknown>;
  /** Copies to Redis which user has an external id. */
  copyExternal(external: string): Promise<unknown>;
  /** Copies the refs of a user's messages in a chat to Redis. */
  copyRefs(request: RefsRequest): Promise<unknown>;
  /** Copies the pinned messages of a conversation to Redis. */
  copyPins(request: PinsRequest): Promise<unknown>;
  readFacts(request: FactsRequest): Promise<MessageFacts>;
  copyFacts(request: FactsRequest, facts: MessageFacts): Promise<void>;
  /**
   * Returns a function that resolves with true while any record of a conversation that was accepted
   * before this call is not written yet.
   */
  followRecords(conversation: string): Promise<() => Promise<boolean>>;
  /** Makes the recorder write the waiting records without delay. */
  hurry(): void;
  onError(error: unknown): void;
}
