import { expect } from 'vitest';
import type { Client } from '../gateway/client.ts';
import { expectGapless } from '../gateway/expect-gapless.ts';
import { sendUntilTaken } from '../gateway/send-until-taken.ts';
import type { Kit, Person } from '../groups/kit.ts';

/** Ms within which the cluster must recover from a fault. */
const PATIENCE = 40_000;

/**
 * Pairs of users who write to each other through two gateways during a fault of Redis. Their ids
 * are consecutive, so that all masters have some of the users' buckets and of the conversations'
 * home buckets.
 */
export class Traffic implements AsyncDisposable {
  readonly #kit: Kit;
  readonly #pairs: Pair[];

  private constructor(kit: Kit, pairs: Pair[]) {
    this.#kit = kit;
    this.#pairs = pairs;
  }

  static async between(kit: Kit, pairs: number): Promise<Traffic> {
    const people = await kit.people(2 * pairs);
    const both = await Promise.all(
      Array.from({ length: pairs }, async (_, i) => {
        const [from, to] = people.slice(2 * i, 2 * i + 2) as [Person, Person];
        return { from, to, sender: await from.connect(0), recipient: await to.connect(1) };
      }),
    );
    return new Traffic(kit, both);
  }

  get people(): Person[] {
    return this.#pairs.flatMap(({ from, to }) => [from, to]);
  }

  /**
   * Sends texts in all pairs. Resends a text that was rejected temporarily. Resolves when all texts
   * are acknowledged.
   */
  async send(texts: string[]): Promise<void> {
    await Promise.all(this.#pairs.map(({ sender, to }) => sendUntilTaken(sender, to.id, texts, { timeout: PATIENCE })));
  }

  /** Resolves when every recipient has received at least `count` events. */
  async untilHeard(count: number): Promise<void> {
    await Promise.all(this.#pairs.map(({ recipient }) => recipient.untilEvents(count, PATIENCE)));
  }

  /**
   * Expects that every text arrived exactly once, on the sockets and in PostgreSQL, and that no
   * socket closed.
   */
  async expectAll(texts: string[]): Promise<void> {
    await this.untilHeard(texts.length);
    await this.#kit.recorded();
    for (const { from, to, sender, recipient } of this.#pairs) {
      for (const client of [sender, recipient]) {
        await client.untilEvents(texts.length);
        await client.settled();
        expect(client.heard.toSorted()).toEqual(texts.toSorted());
        expect(client.closed).toBeUndefined();
        expectGapless(client);
      }
      for (const [owner, chat] of [
        [from, to.id],
        [to, from.id],
      ] as const) {
        expect((await owner.texts(chat)).toSorted()).toEqual(texts.toSorted());
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { sender, recipient } of this.#pairs) {
      sender.socket.terminate();
      recipient.socket.terminate();
    }
  }
}

interface Pair {
  from: Person;
  to: Person;
  sender: Client;
  recipient: Client;
}
