import type { Chat, ChatListener } from './chat.ts';

/**
 * The connected members of one group. All of them send messages to it. Tracks each message and its
 * deliveries.
 */
export class Group {
  readonly #chats: Chat[] = [];
  /** For each member, the numbers of the messages that the member received, in order. */
  #heard: number[][];
  #sentAt: number[] = [];
  #have: number[] = [];
  #latencies: number[] = [];
  #all: number[] = [];
  #first = 1;
  sent = 0;
  acked = 0;
  refused = 0;
  readonly failures = new Map<string, number>();

  constructor(members: number) {
    this.#heard = Array.from({ length: members }, () => []);
  }

  /** Adds the connection of a member. */
  join(index: number, chat: Chat): void {
    this.#chats[index] = chat;
  }

  /** Returns the listener for a member's connection. */
  listener(index: number): ChatListener {
    return {
      acked: () => {
        this.acked += 1;
      },
      message: (_own, text) => this.#came(index, Number.parseInt(text, 10)),
      refused: (_, reason) => {
        this.refused += 1;
        this.#fail(reason);
      },
      closed: (reason) => this.#fail(reason),
    };
  }

  /** Resets the counts. Call it only while no message is in flight. */
  reset(): void {
    this.#first += this.sent;
    this.#heard = this.#heard.map(() => []);
    this.#sentAt = [];
    this.#have = [];
    this.#latencies = [];
    this.#all = [];
    this.sent = 0;
    this.acked = 0;
    this.refused = 0;
    this.failures.clear();
  }

  /** Sends a message from the next member in turn. */
  send(): void {
    const number = this.#first + this.sent;
    this.#sentAt[this.sent] = performance.now();
    this.#have[this.sent] = 0;
    this.sent += 1;
    this.#chats[number % this.#chats.length]?.send(number, `${number} `.padEnd(TEXT_LENGTH, 'Parley '));
  }

  /** Number of deliveries. A message counts once for each member that received it. */
  get deliveries(): number {
    return this.#latencies.length;
  }

  get settled(): boolean {
    return this.acked + this.refused === this.sent && this.deliveries >= this.acked * this.#heard.length;
  }

  /**
   * Latencies in ms, ascending: `each` from sending to delivery to each member, `all` from sending
   * to delivery to the last member.
   */
  get latencies(): { each: Float64Array; all: Float64Array } {
    return { each: Float64Array.from(this.#latencies).sort(), all: Float64Array.from(this.#all).sort() };
  }

  /**
   * Number of missing deliveries, of duplicate deliveries, and of members that received the
   * messages in another order than the first member.
   */
  get faults(): { lost: number; doubled: number; disordered: number } {
    const distinct = this.#heard.map((numbers) => new Set(numbers).size);
    const total = distinct.reduce((sum, count) => sum + count, 0);
    const order = this.#heard[0]?.join();
    return {
      lost: Math.max(0, this.acked * this.#heard.length - total),
      doubled: this.deliveries - total,
      disordered: this.#heard.filter((numbers) => numbers.join() !== order).length,
    };
  }

  /** Closes the connections of all members. */
  close(): void {
    for (const chat of this.#chats) chat.close();
  }

  #came(member: number, number: number): void {
    const index = number - this.#first;
    const sentAt = this.#sentAt[index];
    if (sentAt === undefined) return this.#fail(`there is no message ${number}`);
    const latency = performance.now() - sentAt;
    this.#heard[member]?.push(number);
    this.#latencies.push(latency);
    const have = (this.#have[index] ?? 0) + 1;
    this.#have[index] = have;
    if (have === this.#heard.length) this.#all.push(latency);
  }

  #fail(reason: string): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }
}

/**
 * Length of every message in characters. All of them are ASCII, so this is also the number of
 * bytes.
 */
const TEXT_LENGTH = 128;
