import { setTimeout as sleep } from 'node:timers/promises';
import { parseConversation } from '@parley/protocol';
import { dueStreams, endStream, forgetStream, hasPermits, type RedisConnection, readMembers } from '@parley/redis';
import type { Lease } from './lease/lease.ts';

/** Ms between checks. */
const INTERVAL_MS = 1000;

/**
 * Ends the message streams of the leased buckets that exceed the time limit, because the senders
 * crashed or did not end them. Their final content is the default of `endStream`.
 */
export class StreamEnder {
  readonly #redis: RedisConnection;
  readonly #leases: () => readonly Lease[];
  readonly #rebuildPermits: (group: number) => Promise<unknown>;
  readonly #onError: (error: unknown) => void;
  readonly #stopping = new AbortController();
  #done: Promise<void> = Promise.resolve();

  /** @param rebuildPermits copies the members of a group from PostgreSQL to Redis */
  constructor(
    redis: RedisConnection,
    leases: () => readonly Lease[],
    rebuildPermits: (group: number) => Promise<unknown>,
    onError: (error: unknown) => void,
  ) {
    this.#redis = redis;
    this.#leases = leases;
    this.#rebuildPermits = rebuildPermits;
    this.#onError = onError;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Stops the regular checks. Resolves after the check in flight. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(INTERVAL_MS, undefined, { signal }).catch(() => {});
      try {
        const due = await dueStreams(
          this.#redis,
          this.#leases().map(({ bucket }) => bucket),
        );
        const outcomes = await Promise.allSettled(due.map(({ conversation, id }) => this.#end(conversation, id)));
        const failure = outcomes.find((outcome) => outcome.status === 'rejected');
        if (failure) this.#onError(failure.reason);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  async #end(conversation: string, id: number): Promise<void> {
    const parsed = parseConversation(conversation);
    let participants: number[] = [];
    if (parsed?.type === 'group') {
      // Leaves the stream to the next check, because the members are unknown without the copy.
      if (!(await this.#restorePermits(parsed.group))) return;
      participants = await readMembers(this.#redis, parsed.group);
    }
    const ended = await endStream(this.#redis, conversation, id, { participants });
    if (!ended) await forgetStream(this.#redis, conversation, id);
  }

  async #restorePermits(group: number): Promise<boolean> {
    if (await hasPermits(this.#redis, group)) return true;
    await this.#rebuildPermits(group);
    return await hasPermits(this.#redis, group);
  }
}
