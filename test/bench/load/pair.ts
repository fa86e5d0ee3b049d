import type { Chat, ChatListener } from './chat.ts';
import type { Tally } from './tally.ts';

/**
 * A simulated pair of users, of which one sends and one receives. Tracks the state of each message.
 */
export class Pair {
  /**
   * Prefix of the text of each message, unique to this pair. It reveals messages that reach the
   * wrong pair.
   */
  readonly #name: string;
  #tally: Tally;
  #chats: Chat[] = [];
  #count = 0;
  #newest = 0;
  readonly #sentAt: number[] = [0];
  /** State of each message: the sum of the flags `ACKED`, `DELIVERED` and `COPIED`. */
  #state = new Uint8Array(1024);

  constructor(index: number, tally: Tally) {
    this.#name = `${index}:`;
    this.#tally = tally;
  }

  /**
   * Sets the tally that counts messages from now on. Call it only while no message is in flight.
   */
  count(tally: Tally): void {
    this.#tally = tally;
  }

  /** Listener for the sender's connection. */
  readonly sender: ChatListener = {
    acked: (number) => this.#acked(number),
    message: (own, text) => this.#came(text, own ? COPIED : UNEXPECTED),
    refused: (number, reason, retryAfter) => {
      this.#tally.refuse(this.#sentAt[number] ?? 0, retryAfter);
      this.#tally.fail(reason);
      this.onFree();
    },
    closed: (reason) => this.#tally.fail(reason),
  };

  /** Listener for the recipient's connection. */
  readonly recipient: ChatListener = {
    acked: () => this.#tally.fail('an acknowledgement for nothing'),
    message: (own, text) => this.#came(text, own ? UNEXPECTED : DELIVERED),
    refused: (_, reason) => this.#tally.fail(reason),
    closed: (reason) => this.#tally.fail(reason),
  };

  /** Called when the sender can send another message. */
  onFree: () => void = () => {};

  /** Sets the connections of both users. */
  join(sender: Chat, recipient: Chat): void {
    this.#chats = [sender, recipient];
  }

  /** Sends the next message. */
  send(): void {
    this.#count += 1;
    this.#tally.sent += 1;
    if (this.#count === this.#state.length) {
      const state = new Uint8Array(this.#state.length * 2);
      state.set(this.#state);
      this.#state = state;
    }
    const text = `${this.#name}${this.#count} `.padEnd(TEXT_LENGTH, 'Parley ');
    this.#sentAt.push(performance.now());
    this.#chats[0]?.send(this.#count, text);
  }

  /** Closes both connections. */
  close(): void {
    for (const listener of [this.sender, this.recipient]) listener.closed = () => {};
    for (const chat of this.#chats) chat.close();
  }

  #acked(number: number): void {
    if (!this.#mark(number, ACKED)) return;
    this.#tally.acked += 1;
    this.onFree();
  }

  #came(text: string, kind: number): void {
    if (kind === UNEXPECTED || !text.startsWith(this.#name)) return this.#tally.fail(`a stray message: ${text}`);
    const number = Number.parseInt(text.slice(this.#name.length), 10);
    if (!this.#mark(number, kind)) return;
    if (kind === COPIED) {
      this.#tally.copied += 1;
      return;
    }
    this.#tally.deliver(this.#sentAt[number] as number);
    if (number < this.#newest) this.#tally.disordered += 1;
    else this.#newest = number;
  }

  #mark(number: number, what: number): boolean {
    if (!(number >= 1 && number <= this.#count)) {
      this.#tally.fail(`there is no message ${number}`);
      return false;
    }
    const state = this.#state[number] as number;
    if (state & what) this.#tally.doubled += 1;
    this.#state[number] = state | what;
    return (state & what) === 0;
  }
}

/**
 * Length of every message in characters. All of them are ASCII, so this is also the number of
 * bytes.
 */
const TEXT_LENGTH = 128;

const ACKED = 1;
const DELIVERED = 2;
const COPIED = 4;
const UNEXPECTED = 0;
